"""Save reports under a name, and say when they are mailed to whom."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from django.http import QueryDict
from django.utils import timezone

from campaigns.accounts.models import Member, User, Workspace
from campaigns.reports import kinds
from campaigns.reports.models import Receiver, SavedReport, Schedule
from campaigns.reports.rhythm import Rhythm


class SavingError(Exception):
    """There is a report of that name already."""


def of(workspace: Workspace) -> QuerySet[SavedReport]:
    """Return a workspace's saved reports by name, each with when it is mailed to whom."""
    receivers = Receiver.objects.select_related("member__user").order_by("member__user__email")
    reports = workspace.saved_reports.select_related("workspace", "schedule")
    return reports.prefetch_related(Prefetch("schedule__receivers", receivers)).order_by("name")


def save(workspace: Workspace, name: str, kind: str, query: str, by: User) -> SavedReport:
    """Keep a view under a name. Raises `SavingError`."""
    kept = kinds.KINDS[kind].canonical(workspace, QueryDict(query))
    try:
        with transaction.atomic():
            return SavedReport.objects.create(
                workspace=workspace, name=name, kind=kind, query=kept, created_by=by
            )
    except IntegrityError as error:
        raise SavingError(name) from error


@transaction.atomic
def schedule(report: SavedReport, rhythm: Rhythm, members: Collection[Member]) -> Schedule:
    """Mail the report to these members in this rhythm from now on.

    Who stopped it and is chosen again gets it again; who is not chosen gets it no more.
    """
    zone = report.workspace.time_zone
    found, _created = Schedule.objects.update_or_create(
        report=report,
        defaults={
            "every": rhythm.kind,
            "weekday": rhythm.weekday,
            "day": rhythm.day,
            "at": rhythm.at,
            "zone": zone,
            "next_at": rhythm.following(timezone.now(), zone),
        },
    )
    found.receivers.exclude(member__in=members).delete()
    for member in members:
        Receiver.objects.update_or_create(
            schedule=found, member=member, defaults={"stopped_at": None}
        )
    return found


def unschedule(report: SavedReport) -> bool:
    """Mail the report no more, and say whether it was mailed until now."""
    return Schedule.objects.filter(report=report).delete()[0] > 0
