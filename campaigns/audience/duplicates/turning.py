"""Pairs that may be one person, filtered, sorted, and turned page by page."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.accounts import ordering
from campaigns.accounts.models import Workspace
from campaigns.accounts.ordering import Sort
from campaigns.accounts.paging import TablePage
from campaigns.audience.duplicates import looking
from campaigns.audience.models import Resemblance

PER_PAGE = 50
_ORDERS = {
    "sureness": ("sureness", "first_id", "second_id"),
    "one": ("first__email_key",),
    "other": ("second__email_key",),
}


def page(workspace: Workspace, params: Mapping[str, str]) -> TablePage[Resemblance]:
    """Return the page that the parameters of an address ask for; unknown words are ignored."""
    everything = looking.open_ones(workspace)
    reason = params.get("reason", "")
    known = reason in Resemblance.Reason.values
    found = everything.filter(reason=reason) if known else everything
    asked = params.get("sort", "")
    columns = _ORDERS.get(asked.removeprefix("-"))
    sort = Sort(columns or _ORDERS["sureness"], falls=bool(columns) and asked.startswith("-"))
    return ordering.page(found, sort, params.get("at", ""), length=PER_PAGE, shown=everything)
