"""What in an address tells readers apart, and where a redirect leads in the end. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from campaigns.composing.inspecting.known import known

# Shorter words of letters and figures stand in many addresses that are everybody's.
_OPAQUE = re.compile(r"[A-Za-z0-9_~=-]{16,}")
_WORDS = re.compile(r"[a-z]+(?:[-_][a-z0-9]+)+|[A-Z_]+|[a-z]+|[0-9]+", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
# A slash is a letter of base64, and ends a part of a path.
_BASE64 = (re.compile(r"[A-Za-z0-9+_-]{16,}={0,2}"), re.compile(r"[A-Za-z0-9+/]{16,}={0,2}"))
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256"}


class Marks(StrEnum):
    """What somebody can be told apart by."""

    ADDRESS = "address"  # The reader's own address, in clear or in base64.
    HASH = "hash"  # A hash of it, which anybody who knows the address can make too.
    PERSON = "person"  # A product's name for the person.
    CLICK = "click"  # A product's name for one click.
    MAIL = "mail"  # A product's name for the mail: the same for all its readers.
    OPAQUE = "opaque"  # Long and unreadable: may be anything, is mostly a person.
    CAMPAIGN = "campaign"  # utm_…: the same for all readers.


# Those that can tell one reader from another.
PERSONAL = frozenset({Marks.ADDRESS, Marks.HASH, Marks.PERSON, Marks.CLICK, Marks.OPAQUE})


@dataclass(frozen=True)
class Identifier:
    """A part of an address that marks something, and how it is written there."""

    marks: Marks
    value: str
    # The product whose it is, or the way it was hashed.
    about: str = ""

    @property
    def is_personal(self) -> bool:
        """Whether it can tell one reader from another."""
        return self.marks in PERSONAL


class Reader:
    """Knows the forms in which one person's address may hide."""

    def __init__(self, address: str) -> None:
        self.address = address.strip().lower()
        raw = self.address.encode()
        self._hashes = {
            hashlib.new(algorithm, raw, usedforsecurity=False).hexdigest(): name
            for name, algorithm in _HASHES.items()
        }

    def identifiers(self, url: str) -> list[Identifier]:
        """Return what in `url` marks somebody or something, each once, the surest first."""
        found: dict[str, Identifier] = {}
        for value, one in self._all(url):
            found.setdefault(value, one)
        return sorted(found.values(), key=lambda one: list(Marks).index(one.marks))

    def hides_in(self, text: str) -> Identifier | None:
        """Say in which form the reader's address stands in `text`."""
        if not self.address:
            return None
        lower = text.lower()
        if self.address in lower or self.address in unquote(lower).replace("=", "@"):
            return Identifier(Marks.ADDRESS, self.address)
        for digest, name in self._hashes.items():
            if digest in lower:
                return Identifier(Marks.HASH, digest, name)
        for packed, said in _packed(text):
            if self.address in said.lower():
                return Identifier(Marks.ADDRESS, packed, "base64")
        return None

    def _all(self, url: str) -> Iterator[tuple[str, Identifier]]:
        whole = self.hides_in(url)
        if whole:
            yield whole.value, whole
        parts = _split(url)
        for name, value in parse_qsl(parts.query):
            parameter = known().parameters.get(name)
            if parameter:
                yield value, Identifier(Marks(parameter.marks), value, parameter.who)
            elif name.lower().startswith("utm_"):
                yield f"{name}={value}", Identifier(Marks.CAMPAIGN, f"{name}={value}")
            elif _is_opaque(value):
                yield value, Identifier(Marks.OPAQUE, value)
        for piece in unquote(parts.path).split("/"):
            stem = piece.rsplit(".", 1)[0] if "." in piece else piece
            if _is_opaque(stem):
                yield stem, Identifier(Marks.OPAQUE, stem)


def leads_to(url: str) -> str:
    """Return the address that a redirect carries within itself. Empty: it carries none."""
    parts = _split(url)
    for _name, value in parse_qsl(parts.query):
        if _URL.match(value):
            return value
    inside = f"{parts.path}?{parts.query}"
    within = _URL.search(unquote(parts.path))
    if within:
        return within.group()
    for _form, said in _packed(inside):
        found = _URL.search(said)
        if found:
            return found.group()
    return ""


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # Brackets that hold no address of a machine.
        return urlsplit("")


def _is_opaque(text: str) -> bool:
    """Whether nobody can read this: letters and figures as a machine draws them."""
    if _HEX.fullmatch(text):
        return True
    for match in _OPAQUE.finditer(text):
        word = match.group()
        if _WORDS.fullmatch(word):
            continue
        figures = sum(letter.isdigit() for letter in word)
        mixed = any(letter.isupper() for letter in word) and any(map(str.islower, word))
        changes = sum(
            left.isdigit() != right.isdigit() or (left.islower() and right.isupper())
            for left, right in pairwise(word)
        )
        if (figures and changes >= 3) or (mixed and changes >= 3):
            return True
    return False


def _packed(text: str) -> Iterator[tuple[str, str]]:
    """Give what may be base64 in `text`, and what it says."""
    for pattern in _BASE64:
        for match in pattern.finditer(text):
            yield match.group(), _unpacked(match.group())


def _unpacked(text: str) -> str:
    """Return what base64 says, as far as it is text. Empty: it is no base64."""
    padded = text.rstrip("=").replace("-", "+").replace("_", "/")
    padded += "=" * (-len(padded) % 4)
    try:
        return base64.b64decode(padded, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
