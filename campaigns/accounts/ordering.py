"""Sort rows by columns, and go on after, or before, the last one that was shown.

A key in a page's address has a row's number in it, and never what somebody is called: that is
looked up. Where a row may move while people look at it, as one that is sorted by a moment, the
key has the moment too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Func, Model, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

from campaigns.accounts import paging
from campaigns.accounts.keyset import Key
from campaigns.accounts.paging import TablePage

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Sort:
    """By which columns rows are sorted; their number makes equals differ."""

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
        """Return what rows are ordered by; all columns run the same way, as in an index."""
        sign = "-" if self.falls != backwards else ""
        return [f"{sign}{column}" for column in (*self.columns, self.number)]

    def keys(
        self, rows: QuerySet[Any], everything: QuerySet[Any], key: Key | None, length: int
    ) -> list[tuple[Any, int]]:
        """Return the next `length` of `rows` beyond `key`: their moments, and their numbers."""
        if key is not None:
            here = self._place(everything, key)
            if here is None:
                return []
            rows = self._beyond(rows, [*here, key.id], backwards=key.backwards)
        found = rows.order_by(*self.order(backwards=key is not None and key.backwards))
        if self.by_moment:
            return list(found.values_list(self.columns[0], "pk")[:length])
        return [(None, pk) for pk in found.values_list("pk", flat=True)[:length]]

    def _place(self, everything: QuerySet[Any], key: Key) -> Sequence[Any] | None:
        """Return the values of the row where the key stands; None if it is gone."""
        if not self.columns:
            return []
        if self.by_moment:
            return [datetime.fromisoformat(key.place)] if isinstance(key.place, str) else None
        return everything.filter(pk=key.id).values_list(*self.columns).first()

    def _beyond(
        self, rows: QuerySet[Any], here: Sequence[Any], *, backwards: bool
    ) -> QuerySet[Any]:
        # Compared as rows, as an index is sorted: it is entered where the key stands.
        theirs = _row([F(column) for column in (*self.columns, self.number)])
        lookup = LessThan if self.falls != backwards else GreaterThan
        return rows.filter(lookup(theirs, _row([Value(value) for value in here])))


def page(
    found: QuerySet[Row],
    sort: Sort,
    at: str,
    *,
    length: int,
    shown: QuerySet[Row] | None = None,
    known: int | None = None,
) -> TablePage[Row]:
    """Return the page of `found` that the key `at` leads to.

    `shown` are all rows that there are, with what the page says of each; `found` if not given.
    `known` is how many there are, where that needs no count.
    """
    everything = found if shown is None else shown

    def fetch(key: Key | None, length: int) -> Sequence[tuple[Any, int, Row]]:
        keys = sort.keys(found, everything, key, length)
        rows = everything.in_bulk([pk for _place, pk in keys])
        return [(place, pk, rows[pk]) for place, pk in keys if pk in rows]

    def count(most: int) -> int:
        if known is not None:
            return min(known, most)
        return found.order_by().values("pk")[:most].count()

    return paging.page(fetch, count, cast=sort.cast, at=at, length=length)


def _row(parts: Sequence[F | Value]) -> Func:
    return Func(*parts, function="ROW", output_field=TextField())
