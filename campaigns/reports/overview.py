"""The home page: what to do next, what goes out now, how the last campaigns did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.reports import summaries
from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Rate
from campaigns.reports.models import DayCounting, ListDay
from campaigns.reports.querysets import days as days_counted
from campaigns.reports.querysets import workspace as questions
from campaigns.reports.summaries import Summary

GROWTH_DAYS = 90
LISTS_DRAWN = 4
# From so many contacts on, pages show what was counted minutes ago.
MANY = 20_000
Status = Campaign.Status
RUNNING = (Status.PREPARING, Status.SENDING, Status.PAUSED)


@dataclass(frozen=True)
class Step:
    """Something a new workspace does once."""

    title: str
    text: str
    href: str
    is_done: bool


def steps(workspace: Workspace) -> list[Step]:
    """Return what leads to a first campaign, in order."""
    done = questions.beginnings(workspace.pk)
    first_list = workspace.lists.order_by("pk").values_list("pk", flat=True).first()
    importing = reverse("audience:upload", args=[first_list]) if first_list else ""
    return [
        Step(
            _("Create a list"),
            _("People who get the same mailings."),
            reverse("audience:new_list"),
            done.list,
        ),
        Step(
            _("Import your contacts"),
            _("A CSV file is enough; you choose what its columns mean."),
            importing or reverse("audience:lists"),
            done.contact,
        ),
        Step(
            _("Add a sender"),
            _("The name and address your mail comes from, and who delivers it."),
            reverse("accounts:senders"),
            done.sender,
        ),
        Step(
            _("Write a campaign"),
            _("Subject, text and links; look at it as one of your readers."),
            reverse("composing:new"),
            done.campaign,
        ),
        Step(
            _("Send it"),
            _("First to yourself, then to everybody on the list."),
            reverse("reports:campaigns"),
            done.sent,
        ),
    ]


def size(workspace: Workspace) -> Rate:
    """Return how many of the workspace's contacts are mailable now.

    Of many: when they were counted last, minutes ago. Counting them takes a second a million.
    """
    counted = _counted(workspace)
    if counted:
        return Rate(counted.mailable, counted.contacts)
    return Rate(*questions.mailable_of_all(workspace.pk))


def running(workspace: Workspace) -> list[Summary]:
    """Return the campaigns that go out now, or would if nobody had paused them."""
    campaigns = workspace.campaigns.filter(status__in=RUNNING).order_by("-launched_at")
    return summaries.of(list(campaigns))


def upcoming(workspace: Workspace) -> list[Campaign]:
    """Return the campaigns that wait for their time, the next first."""
    scheduled = workspace.campaigns.filter(status=Status.SCHEDULED)
    return list(scheduled.order_by("scheduled_at")[:5])


def growth(workspace: Workspace) -> Chart:
    """Draw how many people were subscribed to each of the largest lists, day by day."""
    zone = ZoneInfo(workspace.time_zone)
    today = timezone.localdate(timezone=zone)
    days = [today - timedelta(days=back) for back in range(GROWTH_DAYS, -1, -1)]
    if _counted(workspace):
        return _growth_chart(workspace, days, _counted_sizes(workspace, days))
    changes = questions.subscription_changes(workspace.pk, days[0], zone)
    sizes: dict[str, int] = questions.list_sizes(workspace.pk, LISTS_DRAWN)
    lines = {name: _sizes(days, changes[name], now) for name, now in sizes.items()}
    return _growth_chart(workspace, days, lines)


def _growth_chart(
    workspace: Workspace, days: list[date], lines: Mapping[str, Sequence[int]]
) -> Chart:
    return Chart(
        axis=_("Day (%(zone)s)") % {"zone": workspace.time_zone},
        labels=[date_format(day, "j M") for day in days],
        series=[Series(name, sizes) for name, sizes in lines.items()],
    )


def _counted(workspace: Workspace) -> DayCounting | None:
    """What was counted behind the pages, where there are too many to count in one."""
    return DayCounting.objects.filter(workspace=workspace, contacts__gte=MANY).first()


def _counted_sizes(workspace: Workspace, days: list[date]) -> dict[str, list[int]]:
    """Return the sizes of the largest lists, as they were counted day by day."""
    largest = ListDay.objects.filter(workspace=workspace, day__gte=days[-1] - timedelta(days=2))
    rows = (
        largest.order_by("list", "-day").distinct("list").values_list("list", "list__name", "size")
    )
    found = {}
    for pk, name, _size in sorted(rows, key=lambda row: (-row[2], row[1]))[:LISTS_DRAWN]:
        sizes = days_counted.sizes_at(workspace.pk, pk, days)
        found[name] = [sizes.get(day, 0) for day in days]
    return found


def _sizes(days: list[date], changes: defaultdict[date, int], now: int) -> list[int]:
    """Walk back from today's size: what joined on a day was not there the day before."""
    back = accumulate((-changes[day] for day in reversed(days[1:])), initial=now)
    return list(back)[::-1]
