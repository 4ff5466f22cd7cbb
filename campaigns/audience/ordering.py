"""Sort people by a column, and go on after, or before, the last one who was shown.

A key in a page's address has a person's number in it, and never what they are called: that is
looked up. Where a row may move while people look at it, as one that is sorted by a moment, the
key has the moment too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

from campaigns.audience.keyset import Key
from campaigns.audience.querysets import ContactQuerySet


@dataclass(frozen=True)
class Sort:
    """By which columns people are sorted; their number makes equals differ."""

    columns: tuple[str, ...]
    falls: bool
    # It is one column, with a moment in it.
    by_moment: bool = False
    # What the number is called beside those columns.
    number: str = "pk"

    @property
    def cast(self) -> str:
        """Of what type the values in keys are."""
        return "timestamptz" if self.by_moment else "text"

    def order(self, *, backwards: bool = False) -> list[str]:
        """Return what people are ordered by; all columns run the same way, as in an index."""
        sign = "-" if self.falls != backwards else ""
        return [f"{sign}{column}" for column in (*self.columns, self.number)]

    def keys(
        self, people: ContactQuerySet, everybody: ContactQuerySet, key: Key | None, length: int
    ) -> list[tuple[Any, int]]:
        """Return the next `length` of `people` beyond `key`: their moments, and their numbers."""
        if key is not None:
            here = self._place(everybody, key)
            if here is None:
                return []
            people = self._beyond(people, [*here, key.id], backwards=key.backwards)
        found = people.order_by(*self.order(backwards=key is not None and key.backwards))
        if self.by_moment:
            return list(found.values_list(self.columns[0], "pk")[:length])
        return [(None, pk) for pk in found.values_list("pk", flat=True)[:length]]

    def _place(self, everybody: ContactQuerySet, key: Key) -> Sequence[Any] | None:
        """Return the values of the person where the key stands; None if they are gone."""
        if self.by_moment:
            return [datetime.fromisoformat(key.place)] if isinstance(key.place, str) else None
        return everybody.filter(pk=key.id).values_list(*self.columns).first()

    def _beyond(
        self, people: ContactQuerySet, here: Sequence[Any], *, backwards: bool
    ) -> ContactQuerySet:
        # Compared as rows, as an index is sorted: it is entered where the key stands.
        theirs = _row([F(column) for column in (*self.columns, self.number)])
        lookup = LessThan if self.falls != backwards else GreaterThan
        return people.filter(lookup(theirs, _row([Value(value) for value in here])))


def _row(parts: Sequence[F | Value]) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())
