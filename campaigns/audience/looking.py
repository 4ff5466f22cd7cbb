"""The people that the page of contacts shows for what its address asks, all of them."""

from __future__ import annotations

from collections.abc import Mapping

from campaigns.accounts.models import Workspace
from campaigns.audience import acting, browsing, numbers
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import applying


def people(workspace: Workspace, params: Mapping[str, str]) -> ContactQuerySet:
    """Return everybody that the question finds, also of a search that finds too many to show."""
    wanted = numbers.identity(params.get("list", ""))
    chosen = workspace.lists.filter(pk=wanted).first()
    deed = acting.asked(workspace.pk, params)
    segment = applying.asked(workspace, params)
    everybody = applying.people(segment) if segment else workspace.contacts.all()
    found = deed.narrow(everybody) if deed else everybody
    return browsing.browse(found, params, chosen.pk if chosen else None, whole=True)
