"""Contacts that are one person: find them, look at both, make them one."""
