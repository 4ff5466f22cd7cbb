"""The domains that a workspace does not mail: searched, sorted, and turned page by page."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.accounts import ordering
from campaigns.accounts.models import Workspace
from campaigns.accounts.ordering import Sort
from campaigns.accounts.paging import TablePage
from campaigns.audience.models import SuppressedDomain

PER_PAGE = 50
_ORDERS = {
    "domain": Sort(("domain",), falls=False),
    "-domain": Sort(("domain",), falls=True),
    "since": Sort(("at",), falls=False, by_moment=True),
    "-since": Sort(("at",), falls=True, by_moment=True),
}


def page(workspace: Workspace, params: Mapping[str, str]) -> TablePage[SuppressedDomain]:
    """Return the page that the parameters of an address ask for; unknown words are ignored."""
    mine = workspace.suppressed_domains.all()
    words = params.get("q", "").strip().lower().replace("\0", "")
    sort = _ORDERS.get(params.get("sort", ""), _ORDERS["domain"])
    found = mine.filter(domain__contains=words) if words else mine
    return ordering.page(found, sort, params.get("at", ""), length=PER_PAGE, shown=mine)
