"""Read what somebody pasted: the whole source of a mail, or its HTML alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message
from email.utils import parseaddr

from campaigns.composing import foreign_mails

LARGEST = 5_000_000
# Headers that are looked at; a mail that went a long way has a hundred.
MOST_HEADERS = 1_000
# Of a header, where an address is looked for; its parser calls itself for each bracket.
_LONGEST_ADDRESS = 400
_HEADER = re.compile(rb"\s*(?:From \S[^\n]*\n)?[A-Za-z][A-Za-z0-9-]*:[ \t]?\S")
_DKIM_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^;\s]+)")


class UnreadableError(Exception):
    """Nothing of a mail could be found in it."""


@dataclass(frozen=True)
class Source:
    """A mail in its parts; without headers where only HTML was given."""

    headers: tuple[tuple[str, str], ...] = ()
    html: str = ""
    text: str = ""
    # Where replies, bounces and signatures say it is from.
    domains: dict[str, str] = field(default_factory=dict)
    # There are more headers or parts than were looked at.
    is_cut: bool = False

    def values(self, name: str) -> list[str]:
        """Return what headers of this name say."""
        return [value for header, value in self.headers if header.lower() == name.lower()]

    @property
    def recipient(self) -> str:
        """Whom it is addressed to, in lower case. Empty: unknown."""
        named = [*self.values("Delivered-To"), *self.values("X-Original-To"), *self.values("To")]
        found = [_address(one) for one in named]
        return next((one.lower() for one in found if "@" in one), "")


def read(pasted: bytes) -> Source:
    """Return the parts of a mail. Raises `UnreadableError` when nothing is there."""
    if not pasted.strip():
        raise UnreadableError
    if not _HEADER.match(pasted):
        text = pasted.decode("utf-8", "replace")
        return Source(html=text) if "<" in text else Source(text=text)
    opened = foreign_mails.opened(pasted.lstrip())
    mail, items = opened.message, opened.message.items()
    headers = tuple((name, _unfolded(value)) for name, value in items[:MOST_HEADERS])
    return Source(
        headers=headers,
        html=_content(mail, "text/html"),
        text=_content(mail, "text/plain"),
        domains=_domains(headers),
        is_cut=opened.is_cut or len(items) > MOST_HEADERS,
    )


def _content(mail: Message, kind: str) -> str:
    found = []
    for part in mail.walk():
        if part.get_content_type() != kind or part.get_content_disposition() == "attachment":
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            found.append(_decoded(content, part.get_content_charset("utf-8")))
    return "\n".join(found)


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def _unfolded(value: object) -> str:
    return re.sub(r"\r?\n[ \t]*", " ", str(value)).strip()


def _address(value: str) -> str:
    return parseaddr(value[:_LONGEST_ADDRESS])[1]


def _domains(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return {domain: the header it stands in}, in the order a reader cares for."""
    found: dict[str, str] = {}
    for wanted in ("From", "Sender", "Reply-To", "Return-Path"):
        for name, value in headers:
            domain = _address(value).rpartition("@")[2].lower()
            if name.lower() == wanted.lower() and domain:
                found.setdefault(domain, wanted)
    for name, value in headers:
        signed = _DKIM_DOMAIN.search(value) if name.lower() == "dkim-signature" else None
        if signed:
            found.setdefault(signed[1].lower(), "DKIM-Signature")
    return found
