"""Page through a long table by the last row seen, not by counting rows that are left out.

A page deep in a million rows costs what the first one does, and rows that come or go
meanwhile are neither shown twice nor skipped.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# As far as rows are counted: further, nobody wants to know exactly, and counting costs.
COUNTED = 10_000
LONGEST = 600


@dataclass(frozen=True)
class Key:
    """Where a row stands: its value in the column that is sorted by, and its number."""

    place: str | int | None
    id: int
    # Whether the rows before it are wanted, not those after it.
    backwards: bool = False

    def __str__(self) -> str:
        text = json.dumps([self.place, self.id, int(self.backwards)], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Order:
    """How a table is sorted. Rows without a value come last, whichever way."""

    # SQL, and the type that its values have in the database: constants of our own.
    place: str
    cast: str
    id: str
    falls: bool
    # Every row has a value: then an index can be followed from where the key stands.
    is_whole: bool = False

    def by(self, key: Key | None) -> str:
        """Return what rows are fetched by; backwards, the other way round."""
        backwards = key is not None and key.backwards
        direction = "DESC" if self.falls != backwards else "ASC"
        nulls = "" if self.is_whole else f" NULLS {'FIRST' if backwards else 'LAST'}"
        return f"{self.place} {direction}{nulls}, {self.id} {'DESC' if backwards else 'ASC'}"

    def beyond(self, key: Key | None) -> tuple[str, dict[str, Any]]:
        """Return the condition for rows after `key`, or before it, and the values in it."""
        if key is None:
            return "true", {}
        values = {"key_place": key.place, "key_id": key.id}
        place, value = self.place, f"%(key_place)s::{self.cast}"
        after = "<" if self.falls != key.backwards else ">"
        ids = f"{self.id} {'<' if key.backwards else '>'} %(key_id)s"
        if self.is_whole:
            return f"({place} {after}= {value} AND ({place} {after} {value} OR {ids}))", values
        if key.place is None:
            same = f"({place} IS NULL AND {ids})"
            return (f"({place} IS NOT NULL OR {same})" if key.backwards else same), values
        further = f"{place} {after} {value} OR ({place} = {value} AND {ids})"
        return f"({further}{'' if key.backwards else f' OR {place} IS NULL'})", values


def read(text: str, cast: str) -> Key | None:
    """Read a key out of a query string, whose value is a `cast`; None for what is none."""
    if not text or len(text) > LONGEST:
        return None
    try:
        place, row_id, backwards = json.loads(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        )
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    is_id = type(row_id) is int and abs(row_id) < 2**63
    return Key(place, row_id, bool(backwards)) if is_id and _fits(place, cast) else None


def _fits(place: Any, cast: str) -> bool:
    """Whether the database can read this as a value of the column."""
    match cast:
        case _ if place is None:
            return True
        case "bigint":
            return type(place) is int and abs(place) < 2**63
        case "timestamptz":
            return isinstance(place, str) and _is_moment(place)
        case _:
            return isinstance(place, str) and "\0" not in place and place.isprintable()


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def key_of(place: Any, row_id: int, *, backwards: bool = False) -> Key:
    """Return where a row stands."""
    return Key(place.isoformat() if isinstance(place, datetime) else place, row_id, backwards)
