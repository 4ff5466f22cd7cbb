"""What conditions ask for besides their words: a text, a number, a day, a thing of the workspace.

Pure. `read` is the allow-list: what it lets through is of the type and size that it says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

# What a value may be, once it was read.
Value = str | int | float | tuple[str, ...]
LONGEST_TEXT = 200
MOST_WORDS = 50
LARGEST_ID = 2**63 - 1
LARGEST_NUMBER = 10**15


class ValueRefused(ValueError):
    """The value is not one that may be given here; `words` and `facts` say why."""

    def __init__(self, words: str, **facts: Any) -> None:
        super().__init__(words % facts if facts else words)
        self.words, self.facts = words, facts


class Kind(Enum):
    """The types of values."""

    TEXT = "text"
    WORDS = "words"
    CHOICE = "choice"
    WHOLE = "whole"
    NUMBER = "number"
    DAY = "day"
    # The id of a list, a campaign, a field, …
    THING = "thing"


@dataclass(frozen=True)
class Parameter:
    """One value of a condition: what it is called, and what it may be."""

    name: str
    kind: Kind
    label: Any = ""
    # Of WHOLE.
    least: int = 1
    most: int = 1000
    # Of CHOICE and WORDS; words may also come from `thing`.
    choices: tuple[tuple[str, Any], ...] = ()
    # Whose id it is, or whose words.
    thing: str = ""
    # The parameter whose thing this is a part of: a link's campaign.
    within: str = ""
    # May be left out.
    optional: bool = False

    def read(self, raw: object) -> Value:
        """Return the value in its own type, or raise `ValueRefused`."""
        match self.kind:
            case Kind.TEXT:
                return _text(raw)
            case Kind.WORDS:
                return self._words(raw)
            case Kind.CHOICE:
                return self._choice(raw)
            case Kind.WHOLE:
                return self._whole(raw)
            case Kind.NUMBER:
                return _number(raw)
            case Kind.DAY:
                return _day(raw)
            case Kind.THING:
                return _id(raw)

    def _words(self, raw: object) -> tuple[str, ...]:
        if not isinstance(raw, list | tuple) or not raw:
            raise ValueRefused("Choose at least one.")
        if len(raw) > MOST_WORDS:
            raise ValueRefused("Choose no more than %(most)d.", most=MOST_WORDS)
        return tuple(self._choice(one) if self.choices else _text(one) for one in raw)

    def _choice(self, raw: object) -> str:
        if not isinstance(raw, str) or raw not in {value for value, _label in self.choices}:
            raise ValueRefused("Choose one of those that are offered.")
        return raw

    def _whole(self, raw: object) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool) or not self.least <= raw <= self.most:
            raise ValueRefused(
                "Give a whole number from %(least)d to %(most)d.", least=self.least, most=self.most
            )
        return raw


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueRefused("Write something.")
    if len(raw) > LONGEST_TEXT:
        raise ValueRefused("Write no more than %(most)d characters.", most=LONGEST_TEXT)
    # The database takes no NUL, and half of a surrogate pair is no character.
    if any(ord(one) < 32 or 0xD800 <= ord(one) <= 0xDFFF for one in raw):
        raise ValueRefused("There is a character in it that nobody can type.")
    return raw.strip()


def _number(raw: object) -> int | float:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise ValueRefused("Give a number.")
    # Compared before it is made a float, which an integer may be too large for.
    if not -LARGEST_NUMBER <= raw <= LARGEST_NUMBER or not math.isfinite(raw):
        raise ValueRefused("Give a smaller number.")
    return raw


def _day(raw: object) -> str:
    try:
        found = date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        found = None
    if found is None or found.isoformat() != raw or not 1900 <= found.year <= 2199:
        raise ValueRefused("Give a day as in 2026-01-31.")
    return found.isoformat()


def _id(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= LARGEST_ID:
        raise ValueRefused("Choose one.")
    return raw
