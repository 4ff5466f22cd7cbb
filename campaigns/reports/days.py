"""Count the days of lists: what happened on each, and how large they were.

Counting reads every subscription, so it is done behind the pages, and never twice for a
day that is over. A count that takes long is made less often, so that it never keeps the
database busy.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import measuring
from campaigns.audience.models import Consent
from campaigns.reports.models import DayCounting, ListDay
from campaigns.reports.querysets import days as questions
from campaigns.reports.querysets import workspace as overall
from campaigns.reports.querysets.days import ChangeRow

# Between two counts of a workspace; longer where counting takes more than a hundredth of it.
PAUSE = timedelta(minutes=5)
SHARE_OF_TIME = 100
# Who opened or clicked within so long counts as active.
ACTIVE = timedelta(days=90)
LONG_AGO = datetime(2000, 1, 1, tzinfo=ZoneInfo("UTC"))


def begin() -> None:
    """See that every workspace is counted from now on."""
    known = DayCounting.objects.values("workspace")
    DayCounting.objects.bulk_create(
        (
            DayCounting(workspace=workspace, next_at=timezone.now())
            for workspace in Workspace.objects.exclude(pk__in=known)
        ),
        ignore_conflicts=True,
    )


def due() -> list[int]:
    """Return the workspaces whose days are to be counted."""
    return list(DayCounting.objects.due().values_list("workspace_id", flat=True))


def count(workspace_id: int) -> bool:
    """Count the days of a workspace if it is time, and say whether this call did."""
    counting = DayCounting.objects.filter(workspace=workspace_id)
    if not counting.take():
        return False
    started = time.monotonic()
    _count(counting.select_related("workspace").get())
    took = timedelta(seconds=time.monotonic() - started)
    counting.update(next_at=Now() + max(PAUSE, took * SHARE_OF_TIME))
    return True


@transaction.atomic
def _count(counting: DayCounting) -> None:
    workspace, now = counting.workspace, timezone.now()
    today = now.astimezone(workspace.zone).date()
    if counting.zone != workspace.time_zone:
        ListDay.objects.filter(workspace=workspace).delete()
        counting.last_day = None
    since = counting.last_day
    changes = questions.changes(workspace.pk, _start(since, workspace.zone), workspace.time_zone)
    _write(_days(workspace, changes, questions.sizes(workspace.pk), today))
    _count_active(workspace, today, now)
    counting.zone, counting.last_day, counting.counted_at = workspace.time_zone, today, now
    counting.mailable, counting.contacts = overall.mailable_of_all(workspace.pk)
    counting.save(update_fields=["zone", "last_day", "counted_at", "mailable", "contacts"])


def _start(day: date | None, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock.min, tzinfo=zone) if day else LONG_AGO


def _measured(workspace: Workspace) -> list[str]:
    """What people have to have said to be measured one by one."""
    return [
        said
        for said in Consent.values
        if measuring.most(workspace.policy, said) == measuring.INDIVIDUAL
    ]


def _days(
    workspace: Workspace, changes: list[ChangeRow], sizes: Mapping[int, int], today: date
) -> list[ListDay]:
    """Walk back from today's size: who joined on a day was not there the day before."""
    of_list: dict[int, dict[date, ChangeRow]] = defaultdict(dict)
    for row in changes:
        of_list[row.list_id][row.day] = row
    found = []
    for list_id in workspace.lists.values_list("pk", flat=True):
        mine = of_list[list_id]
        mine.setdefault(today, ChangeRow(list_id, today, 0, 0, 0, 0, 0, 0, 0))
        size = sizes.get(list_id, 0)
        for day in sorted(mine, reverse=True):
            found.append(_day(workspace, mine[day], max(0, size)))
            size -= _net(mine[day])
    return found


def _day(workspace: Workspace, row: ChangeRow, size: int) -> ListDay:
    return ListDay(workspace=workspace, size=size, **row._asdict())


def _net(row: ChangeRow) -> int:
    return row.joined - sum(row[3:])


def _write(rows: list[ListDay]) -> None:
    ListDay.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["list", "day"],
        update_fields=[*ChangeRow._fields[2:], "size"],
    )


def _count_active(workspace: Workspace, today: date, now: datetime) -> None:
    """Once a day: it reads what everybody did in all campaigns."""
    mine = ListDay.objects.filter(workspace=workspace, day=today)
    if not mine.filter(active__isnull=True).exists():
        return
    found = questions.activity_now(workspace.pk, _measured(workspace), now - ACTIVE)
    for row in mine.filter(active__isnull=True):
        measurable, active = found.get(row.list_id, (0, 0))
        mine.filter(pk=row.pk).update(measurable=measurable, active=active)
