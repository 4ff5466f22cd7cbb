"""Mails written block by block: the document, what is allowed in it, and its MJML."""
