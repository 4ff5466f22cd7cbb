"""A page of a long table, with the ways to the next and the previous one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from campaigns.reports.querysets import keyset
from campaigns.reports.querysets.keyset import Key, Order

Row = TypeVar("Row")
# Rows beyond a key, nearest first, each with its place and its number.
Fetch = Callable[[Key | None, int], Sequence[tuple[Any, int, Row]]]


@dataclass(frozen=True)
class TablePage(Generic[Row]):
    """Some rows of a table; keys are empty where there is nothing further."""

    rows: Sequence[Row]
    previous: str
    next: str
    # How many rows there are in all, as far as they are counted.
    total: int

    @property
    def is_counted(self) -> bool:
        """Whether `total` is how many there are, and not only that there are more."""
        return self.total <= keyset.COUNTED

    @property
    def counted(self) -> int:
        return min(self.total, keyset.COUNTED)


def page(
    fetch: Fetch[Row], count: Callable[[int], int], *, order: Order, at: str, length: int
) -> TablePage[Row]:
    """Return the page that the key `at` leads to; the first one for a key that leads nowhere."""
    key = keyset.read(at, order)
    found = list(fetch(key, length + 1))
    if key is not None and not found:
        key, found = None, list(fetch(None, length + 1))
    more = len(found) > length
    shown = found[:length]
    backwards = key is not None and key.backwards
    if backwards:
        shown.reverse()
    before, after = (more, True) if backwards else (key is not None, more)
    previous = following = ""
    if shown:
        first, last = shown[0], shown[-1]
        previous = str(keyset.key_of(first[0], first[1], backwards=True)) if before else ""
        following = str(keyset.key_of(last[0], last[1])) if after else ""
    return TablePage(
        rows=[row for _place, _id, row in shown],
        previous=previous,
        next=following,
        total=count(keyset.COUNTED + 1),
    )
