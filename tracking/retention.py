"""Drop what is past its time: event rows go after the retention, counts stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracking import partitions
from tracking.models import Event, SpoolPosition

# Places of segments are forgotten with the segments; what a crash left behind goes here.
_FORGOTTEN = timedelta(days=365)


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
