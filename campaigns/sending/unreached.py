"""Who did not get a campaign, or may not have: page by page, in the order that is asked for."""

from __future__ import annotations

from campaigns.accounts import keyset, ordering
from campaigns.accounts.ordering import Sort
from campaigns.accounts.paging import TablePage
from campaigns.sending.models import Delivery
from campaigns.sending.querysets.deliveries import DeliveryQuerySet

ROWS = 50
LATEST = "-at"
# What the table is sorted by. Of very many, only by what is in an index.
_COLUMNS = {
    "address": ("address_key",),
    "state": ("state",),
    "reason": ("reason",),
    "at": ("troubled_at",),
}
_INDEXED = frozenset({"address", "at"})


def order(text: str) -> str:
    """Return the order that is asked for; the latest first where that makes no sense."""
    return text if text.removeprefix("-") in _COLUMNS else LATEST


def order_of(number: int, text: str) -> str:
    """Return the order of a table of so many."""
    asked = order(text)
    is_much = number > keyset.COUNTED and asked.removeprefix("-") not in _INDEXED
    return LATEST if is_much else asked


def sort(order: str) -> Sort:
    """Return how rows are sorted for one of our orders."""
    name = order.removeprefix("-")
    return Sort(_COLUMNS[name], falls=order.startswith("-"), by_moment=name == "at")


def page(troubled: DeliveryQuerySet, order: str, at: str, *, number: int) -> TablePage[Delivery]:
    """Page through those who did not get it: their number is known, and none needs no look."""
    found = troubled if number else troubled.none()
    return ordering.page(found, sort(order), at, length=ROWS, known=number)
