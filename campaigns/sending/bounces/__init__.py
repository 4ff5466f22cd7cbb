"""Mails that come back to plain SMTP senders, read into facts."""
