"""The local inbox: a development mailbox that takes mail by SMTP and shows it on a page."""
