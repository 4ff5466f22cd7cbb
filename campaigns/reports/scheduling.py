"""Which reports are due, and whom they go to: each moment makes one mail per receiver, ever."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from campaigns.reports import posting
from campaigns.reports.models import Receiver, ReportMail, Schedule

# What one hour's tidying deletes: more than an hour brings.
ROWS = 50_000


def look() -> list[int]:
    """Make the mails of all reports that are due; return the mails that may be sent now.

    Without a mail server all wait for one.
    """
    if not posting.is_possible():
        return []
    for schedule in Schedule.objects.elsewhere().select_related("report__workspace"):
        _advance(schedule)
    for schedule in Schedule.objects.due().select_related("report__workspace"):
        _make_mails(schedule)
    ReportMail.objects.lose()
    return list(ReportMail.objects.waiting().order_by("since").values_list("pk", flat=True))


def forget() -> int:
    """Forget mails that were settled long ago, some at a time, and return how many."""
    return ReportMail.objects.forget(ROWS)


@transaction.atomic
def _make_mails(schedule: Schedule) -> None:
    """Move on and write the mails in one transaction: the second beat finds nothing due.

    Moments that nobody was there for are one moment: nobody gets yesterday's report twice.
    """
    due_at = schedule.next_at
    if not _advance(schedule):
        return
    receivers = Receiver.objects.filter(
        schedule=schedule, stopped_at__isnull=True, member__user__is_active=True
    )
    ReportMail.objects.bulk_create(
        (ReportMail(receiver=one, due_at=due_at, since=timezone.now()) for one in receivers),
        ignore_conflicts=True,
    )


def _advance(schedule: Schedule) -> bool:
    zone = schedule.report.workspace.time_zone
    return Schedule.objects.filter(pk=schedule.pk).advance(
        seen=schedule.next_at,
        following=schedule.rhythm.following(timezone.now(), zone),
        zone=zone,
    )
