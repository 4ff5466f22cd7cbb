"""What a workspace has, counted by the database."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from django.db.models import Count, Exists
from django.db.models.functions import TruncDate

from campaigns.accounts.models import Sender, Workspace
from campaigns.audience.models import Contact, List, Subscription
from campaigns.composing.models import Campaign


class Beginnings(NamedTuple):
    """What a workspace has done at least once."""

    list: bool
    contact: bool
    sender: bool
    campaign: bool
    sent: bool


def beginnings(workspace_id: int) -> Beginnings:
    """Say what a workspace has begun, in one query."""
    mine = {"workspace": workspace_id}
    row = (
        Workspace.objects.filter(pk=workspace_id)
        .values_list(
            Exists(List.objects.filter(**mine)),
            Exists(Contact.objects.filter(**mine)),
            Exists(Sender.objects.filter(**mine)),
            Exists(Campaign.objects.filter(**mine)),
            Exists(Campaign.objects.filter(**mine, launched_at__isnull=False)),
        )
        .get()
    )
    return Beginnings(*row)


def list_sizes(workspace_id: int, limit: int) -> dict[str, int]:
    """Return how many people are subscribed to each of the largest lists, by name."""
    rows = (
        Subscription.objects.subscribed()
        .filter(workspace=workspace_id)
        .order_by()
        .values_list("list__name")
        .annotate(people=Count("*"))
        .order_by("-people", "list__name")[:limit]
    )
    return dict(rows)


def subscription_changes(
    workspace_id: int, since: date, zone: tzinfo
) -> dict[str, defaultdict[date, int]]:
    """Return by list name and day how many more people were subscribed than the day before."""
    start = datetime.combine(since, time.min, tzinfo=zone)
    changes: dict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for moment, sign in (("subscribed_at", 1), ("unsubscribed_at", -1)):
        rows = (
            Subscription.objects.filter(workspace=workspace_id, **{f"{moment}__gte": start})
            .order_by()
            .values_list("list__name", TruncDate(moment, tzinfo=zone))
            .annotate(people=Count("*"))
        )
        for name, day, people in rows:
            changes[name][day] += sign * people
    return changes


def mailable_of_all(workspace_id: int) -> tuple[int, int]:
    """Count the contacts that are on a list and not suppressed, and all contacts."""
    contacts = Contact.objects.filter(workspace=workspace_id)
    lists = list(List.objects.filter(workspace=workspace_id).values_list("pk", flat=True))
    return contacts.mailable(workspace_id, lists).count(), contacts.count()
