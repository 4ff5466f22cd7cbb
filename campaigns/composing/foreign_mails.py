"""Open a mail that a stranger wrote, with bounds on its parts, their depth and its fields. Pure.

The standard library compares each line with the ends of all parts around it, keeps an object
for each part, calls itself for each part within another, and copies a field once for each of
its semicolons: a mail that is made for it takes minutes. What people read has a few parts.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import Message
from typing import Any

MOST_PARTS = 500
DEEPEST = 20
# Of a field, in characters: some servers write ten thousand, for themselves alone.
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail in its parts, and whether it has more of them, or deeper ones, than are here."""

    message: Message
    is_cut: bool = False


class _TooManyError(Exception):
    """The parser met a part beyond the bounds; what it has read by then is in `root`."""

    def __init__(self, root: _Part) -> None:
        self.root = root


class _Fields(email.policy.Compat32):
    """Reads fields as ever, and no further than they may be long."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST]


class _Part(Message):
    """A part that knows its place when the parser puts it into another."""

    def __init__(self, policy: email.policy.Policy = email.policy.compat32) -> None:
        super().__init__(policy)
        self.root, self.depth, self.parts = self, 0, 1

    def attach(self, payload: Any) -> None:
        """Take a part in. Raises `_TooManyError`."""
        root = self.root
        payload.root, payload.depth = root, self.depth + 1
        root.parts += 1
        if root.parts > MOST_PARTS or payload.depth > DEEPEST:
            raise _TooManyError(root)
        super().attach(payload)


def opened(content: bytes) -> Opened:
    """Return the mail, up to the first part that is one too many or too deep."""
    try:
        return Opened(email.message_from_bytes(content, _Part, policy=_Fields()))
    except _TooManyError as error:
        return Opened(error.root, is_cut=True)
