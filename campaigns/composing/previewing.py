"""Show a campaign as one contact would get it. Previews are never tracked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from campaigns.audience import tokens
from campaigns.audience.models import Contact
from campaigns.composing import allowing, compiling, freezing, segmenting, writing
from campaigns.composing.models import Campaign, Revision
from campaigns.composing.slots import Person

# Links of a preview open nowhere: the frame may open no windows.
_BASE = '<base target="_blank">'
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Preview:
    """What a recipient sees."""

    from_name: str
    from_email: str
    subject: str
    preheader: str
    html: str
    text: str
    size: int


def preview(campaign: Campaign, contact: Contact | None = None) -> Preview:
    """Return `campaign` as `contact` gets it, or somebody of whom we know nothing.

    Raises `MergeTagError` or `HeaderError`.
    """
    revision = freezing.unregistered(campaign)
    mail = compiling.compile_preview(revision, *modes_for(campaign, contact))
    person = person_of(revision, contact)
    parts = mail.parts(person)
    return Preview(
        from_name=revision.from_name,
        from_email=revision.from_email,
        subject=parts.subject,
        preheader=writing.line(revision.preheader).fill(person),
        html=parts.html,
        text=parts.text,
        size=mail.size,
    )


def framed(html: str) -> str:
    """Return the HTML of a mail for a sandboxed frame, its links leading nowhere."""
    match = _HEAD.search(html)
    if match is None:
        return _BASE + html
    return html[: match.end()] + _BASE + html[match.end() :]


def person_of(revision: Revision, contact: Contact | None = None) -> Person:
    """Return the recipient of a preview: with the fields of `contact` and no one's tokens."""
    return Person(
        uuid_hex="0" * 32,
        address=contact.email if contact else "someone@example.com",
        contact=segmenting.values(revision, contact),
        open_token="",
        click_token="",
        unsubscribe_token=tokens.unsubscribe_token(0),
    )


def modes_for(campaign: Campaign, contact: Contact | None) -> tuple[str, str]:
    """Return what a mail to `contact` may record of their opens, and of their clicks."""
    return allowing.of(campaign).modes(contact)
