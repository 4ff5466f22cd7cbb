"""Search, filter and sort people as a page's address says; unknown words are ignored."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from campaigns.accounts import ordering
from campaigns.accounts.ordering import Sort
from campaigns.accounts.paging import TablePage
from campaigns.audience import numbers, suspecting
from campaigns.audience.models import Consent, Contact, Subscription
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.suspecting import Oddity

PER_PAGE = 50
# Of people who match a search, so many are shown: whoever looks for one types more letters.
MOST_FOUND = 1000
# What a page may sort by.
_ORDERS = {
    "email": ("email_key",),
    "name": ("last_name", "first_name"),
    "measuring": ("measuring",),
    "added": ("created_at",),
    "since": ("since",),
}
_MOMENTS = {"added", "since"}
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
        people = people.members(list_id, status)
    elif status:
        people = people.on_any_list(status)
    if tag_id := numbers.identity(params.get("tag", "")):
        people = people.tagged(tag_id)
    if params.get("measuring") in Consent.values:
        people = people.filter(measuring=params["measuring"])
    if params.get("odd") in Oddity.values:
        people = people.filter(suspecting.condition(params["odd"]))
    if words := params.get("q", "").strip():
        people = people.matching(words) if whole else people.first_found(words, MOST_FOUND + 1)
    return people.order_by(*_sort(params.get("sort", ""), list_id).order())


def page(
    people: ContactQuerySet,
    params: Mapping[str, str],
    list_id: int | None = None,
    *,
    shown: ContactQuerySet,
) -> TablePage[Contact]:
    """Return the page of `people` that the parameters ask for, each as `shown` has them.

    `shown` are all people of the workspace, with what the page says of each.
    """
    found = browse(people, params, list_id)
    sort = _sort(params.get("sort", ""), list_id)
    if list_id is not None:
        shown = shown.members(list_id)
    return ordering.page(found, sort, params.get("at", ""), length=PER_PAGE, shown=shown)


def _sort(sort: str, list_id: int | None) -> Sort:
    default = "-since" if list_id is not None else "-added"
    name = sort.removeprefix("-")
    if name not in _ORDERS or (name == "since" and list_id is None):
        sort, name = default, default.removeprefix("-")
    number = "member" if name == "since" else "pk"
    falls, by_moment = sort.startswith("-"), name in _MOMENTS
    return Sort(_ORDERS[name], falls=falls, by_moment=by_moment, number=number)
