"""Search, filter and sort people as a page's address says; unknown words are ignored."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from campaigns.audience import numbers
from campaigns.audience.models import Consent, Subscription
from campaigns.audience.querysets import ContactQuerySet

PER_PAGE = 50
# Of people who match a search, so many are shown: whoever looks for one types more letters.
MOST_FOUND = 1000
# What a page may sort by; the primary key makes the order of equals the same on every page.
_ORDERS = {
    "email": ("email_key",),
    "name": ("last_name", "first_name"),
    "measuring": ("measuring",),
    "added": ("created_at",),
    "since": ("since",),
}
NOT_MAILED = "suppressed"
STATUSES = (
    *Subscription.Status.choices,
    (NOT_MAILED, _("Not mailed")),
)


def browse(
    people: ContactQuerySet,
    params: Mapping[str, str],
    list_id: int | None = None,
    *,
    whole: bool = False,
) -> ContactQuerySet:
    """Return the people that the page's parameters ask for, in their order.

    Of a search that finds too many to look at, some; `whole` is for files, which have them all.
    """
    status = params.get("status", "")
    if status == NOT_MAILED:
        people = people.suppressed()
        status = ""
    if status not in Subscription.Status.values:
        status = ""
    if list_id is not None:
        people = people.on_list(list_id, status).with_subscription(list_id)
    elif status:
        people = people.on_any_list(status)
    if tag_id := numbers.identity(params.get("tag", "")):
        people = people.tagged(tag_id)
    if params.get("measuring") in Consent.values:
        people = people.filter(measuring=params["measuring"])
    if words := params.get("q", "").strip():
        people = people.matching(words) if whole else people.first_found(words, MOST_FOUND + 1)
    return people.order_by(*_order(params.get("sort", ""), list_id))


def _order(sort: str, list_id: int | None) -> list[str]:
    default = "-since" if list_id is not None else "-added"
    name = sort.removeprefix("-")
    if name not in _ORDERS or (name == "since" and list_id is None):
        sort, name = default, default.removeprefix("-")
    sign = "-" if sort.startswith("-") else ""
    return [f"{sign}{field}" for field in (*_ORDERS[name], "pk")]
