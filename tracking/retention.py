"""Drop what is past its time: event rows and who did what go after the retention, counts stay.

Of people who agreed, the dates of their first open and first click per campaign stay, and
nothing else of them: not how often, not which link, not from where.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import TruncDay

from tracking import facts, partitions
from tracking.models import Engagement, Event, LinkClicker, SpoolPosition
from tracking.querysets import lock_draining

# Places of segments are forgotten with the segments; what a crash left behind goes here.
_FORGOTTEN = timedelta(days=365)
_AT_ONCE = 5_000


def prune(now: datetime, *, keep_days: int) -> int:
    """Drop events older than `keep_days`, and return how many were deleted one by one.

    Whole months go as tables. The months ahead are made first, so that those who write
    find them.
    """
    month = partitions.month_of(now)
    partitions.ensure([month, partitions.next_month(month)])
    oldest = now - timedelta(days=keep_days)
    partitions.drop_before(oldest)
    deleted, _by_model = Event.objects.filter(at__lt=oldest).delete()
    SpoolPosition.objects.filter(at__lt=now - _FORGOTTEN).delete()
    return deleted


def let_go(now: datetime, *, keep_days: int) -> int:
    """Let go what people did, once nothing was added to it for `keep_days`; say of how many.

    No mail adds to it later: hits so long after a mail are nobody's (see `sorting`).
    """
    total = 0
    while found := _let_some_go(now - timedelta(days=keep_days)):
        total += found
    return total


@transaction.atomic
def _let_some_go(oldest: datetime) -> int:
    # Bits are written in the order of our statements, not of theirs who drain: one at a time.
    lock_draining()
    past = Engagement.objects.filter(latest_at__lt=oldest).order_by("pk")
    rows = list(past.select_for_update(skip_locked=True)[:_AT_ONCE])
    LinkClicker.objects.filter(delivery_id__in=[row.delivery_id for row in rows]).delete()
    agreed = facts.agreements([row.contact_id for row in rows])
    nothing = facts.Agreed()
    for opens in (True, False):
        for clicks in (True, False):
            _keep(
                [
                    row.pk
                    for row in rows
                    if agreed.get(row.contact_id, nothing) == facts.Agreed(opens, clicks)
                ],
                opens=opens,
                clicks=clicks,
            )
    return len(rows)


def _keep(ids: Sequence[int], *, opens: bool, clicks: bool) -> None:
    """Keep the dates of what was agreed to; a row without any goes."""
    mine = Engagement.objects.filter(pk__in=ids)
    mine.keep_dates(
        first_open_at=TruncDay("first_open_at") if opens else None,
        first_click_at=TruncDay("first_click_at") if clicks else None,
    )
    mine.filter(first_open_at__isnull=True, first_click_at__isnull=True).delete()
