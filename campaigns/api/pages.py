"""Pages of long tables: each answer says where the next one begins.

Unlike on screen, a place that leads nowhere is an error and the end is empty: a program that
was sent back to the beginning would go round for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from campaigns.accounts import keyset
from campaigns.accounts.ordering import Sort
from campaigns.api import problems

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the key of the next page; none where there is nothing further."""

    rows: list[Row]
    next: str | None


def page(
    found: QuerySet[Any], sort: Sort, at: str, *, length: int, shown: QuerySet[Row]
) -> Page[Row]:
    """Return the page of `found` that `at` leads to, each row as `shown` has it."""
    key = keyset.read(at, sort.cast)
    if at and (key is None or key.backwards):
        raise problems.invalid("query.at", "This is no place in a table. Take it from “next”.")
    keys = sort.keys(found, shown, key, length + 1)
    rows = shown.in_bulk([pk for _place, pk in keys[:length]])
    following = str(keyset.key_of(*keys[length - 1])) if len(keys) > length else None
    return Page([rows[pk] for _place, pk in keys[:length] if pk in rows], following)
