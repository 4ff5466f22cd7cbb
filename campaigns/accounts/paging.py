"""A page of a long table, with the ways to the next and the previous one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from campaigns.accounts import keyset
from campaigns.accounts.keyset import Key

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

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_counted(self) -> bool:
        """Whether `total` is how many there are, and not only that there are more."""
        return self.total <= keyset.COUNTED

    @property
    def counted(self) -> int:
        return min(self.total, keyset.COUNTED)


def page(
    fetch: Fetch[Row], count: Callable[[int], int], *, cast: str, at: str, length: int
) -> TablePage[Row]:
    """Return the page that the key `at` leads to; the first one for a key that leads nowhere.

    `cast` is the type that the values in keys have in the database.
    """
    key = keyset.read(at, cast)
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
