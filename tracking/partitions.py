"""The months of the event table: made ahead, dropped when they are past their time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

_PREFIX = "tracking_event_"


def month_of(moment: datetime) -> date:
    """Return the first day of the month (UTC) that `moment` is in."""
    return moment.astimezone(UTC).date().replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after `month`."""
    return (month + timedelta(days=31)).replace(day=1)


def ensure(months: Iterable[date]) -> None:
    """Make the partitions of these months where they are missing."""
    with connection.cursor() as cursor:
        for month in sorted(set(months)):
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {_PREFIX}{month:%Y_%m} PARTITION OF tracking_event "
                f"FOR VALUES FROM ('{month}Z') TO ('{next_month(month)}Z')"
            )


def drop_before(moment: datetime) -> list[str]:
    """Drop the months that ended before `moment`; return their tables' names.

    Raises `OperationalError` when somebody reads events for longer than we may wait: those
    who write would have to wait behind us.
    """
    last = f"{_PREFIX}{month_of(moment):%Y_%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'tracking_event'::regclass"
        )
        past = sorted(name for (name,) in cursor.fetchall() if name < last)
        for name in past:
            cursor.execute(f'DROP TABLE "{name}"')
    return past
