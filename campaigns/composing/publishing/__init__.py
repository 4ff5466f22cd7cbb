"""The public page of a list: mails that everybody may read, and their feeds."""
