"""The list of campaigns: found, sorted, and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, Q, QuerySet
from django.db.models.functions import Coalesce, Lower
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.reports import summaries
from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Rate
from campaigns.reports.summaries import Summary

PER_PAGE = 25
COMPARED = 10
# A file reads the figures of so many campaigns with one set of queries.
AT_ONCE = 100
Status = Campaign.Status

# Columns the database can sort by.
COLUMNS: dict[str, F | Func] = {
    "name": Lower("name"),
    "status": F("status"),
    "date": Coalesce("launched_at", "scheduled_at", "created_at"),
}
# Columns that are figures: a workspace has hundreds of campaigns, not millions.
FIGURES: dict[str, Callable[[Summary], float]] = {
    "sent": lambda summary: summary.ledger.sent,
    "opened": lambda summary: _place(summary.opened.low),
    "clicked": lambda summary: _place(summary.clicked),
    "unsubscribed": lambda summary: _place(summary.left),
}
DEFAULT = "-date"
# What a marketer asks for, and the states that are meant.
GROUPS: dict[str, tuple[str, ...]] = {
    "drafts": (Status.DRAFT,),
    "scheduled": (Status.SCHEDULED, Status.MISSED),
    "sending": (Status.PREPARING, Status.SENDING, Status.PAUSED),
    "sent": (Status.SENT,),
    "stopped": (Status.CANCELLED, Status.FAILED),
}


@dataclass(frozen=True)
class Tab:
    """A group of campaigns, and how many are in it."""

    name: str
    label: str
    size: int


@dataclass(frozen=True)
class Wanted:
    """What the reader asked to see."""

    text: str = ""
    group: str = ""
    sort: str = DEFAULT
    page: str | None = None

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        """Read a query string; what makes no sense is left out."""
        group, sort = query.get("status", ""), query.get("sort", DEFAULT)
        return cls(
            text=query.get("q", "").strip(),
            group=group if group in GROUPS else "",
            sort=sort if sort.removeprefix("-") in {*COLUMNS, *FIGURES} else DEFAULT,
            page=query.get("page"),
        )


class Summaries(Sequence[Summary]):
    """Summaries of campaigns, read only for the slice that a page shows."""

    def __init__(self, campaigns: QuerySet[Campaign], known: Sequence[Summary]) -> None:
        self.campaigns = campaigns
        self.known = known

    def __len__(self) -> int:
        return self._size

    @cached_property
    def _size(self) -> int:
        return self.campaigns.count()

    @overload
    def __getitem__(self, place: int) -> Summary: ...
    @overload
    def __getitem__(self, place: slice) -> list[Summary]: ...
    def __getitem__(self, place: int | slice) -> Summary | list[Summary]:
        if isinstance(place, int):
            return self[place : place + 1][0]
        return summaries.of(list(self.campaigns[place]), self.known)


def page(workspace: Workspace, wanted: Wanted, known: Sequence[Summary] = ()) -> Page[Summary]:
    """Return a page of the workspace's campaigns with their figures, some `known` already."""
    return Paginator(_sorted(workspace, wanted, known), PER_PAGE).get_page(wanted.page)


def everything(workspace: Workspace, wanted: Wanted) -> Iterator[Summary]:
    """Yield all campaigns that are asked for, in the order of the pages, some at a time."""
    found = _sorted(workspace, wanted)
    for start in range(0, len(found), AT_ONCE):
        yield from found[start : start + AT_ONCE]


def tabs(workspace: Workspace) -> list[Tab]:
    """Return the tabs above the list, each with how many campaigns are behind it."""
    states = list(workspace.campaigns.values_list("status", flat=True))
    groups = [
        Tab(name, label, sum(state in GROUPS[name] for state in states))
        for name, label in (
            ("drafts", _("Drafts")),
            ("scheduled", _("Scheduled")),
            ("sending", _("Sending")),
            ("sent", _("Sent")),
            ("stopped", _("Stopped")),
        )
    ]
    return [Tab("", _("All"), len(states)), *groups]


def last_sent(workspace: Workspace, number: int = COMPARED) -> list[Summary]:
    """Return the last campaigns that went out, the newest first."""
    sent = workspace.campaigns.filter(
        status__in=[Status.SENT, Status.SENDING, Status.PAUSED], launched_at__isnull=False
    )
    newest = sent.prefetch_related("lists").order_by("-launched_at")
    return summaries.of(list(newest[:number]))


def comparison(compared: list[Summary]) -> Chart:
    """Draw campaigns side by side, the oldest first, as per cent of measured people."""
    shown = [summary for summary in reversed(compared) if summary.ledger.measured]
    return Chart(
        axis=_("Campaign"),
        labels=[_label(summary.campaign) for summary in shown],
        short=[_day(summary.campaign) for summary in shown],
        series=[
            Series(_("Opened"), [_per_cent(one.opened.low) for one in shown], "opened"),
            Series(_("Perhaps opened"), [_per_cent(one.opened.perhaps) for one in shown], "opened"),
            Series(_("Clicked"), [_per_cent(one.clicked) for one in shown]),
        ],
        unit="%",
    )


def _sorted(
    workspace: Workspace, wanted: Wanted, known: Sequence[Summary] = ()
) -> Sequence[Summary]:
    campaigns = _found(workspace, wanted)
    column, falling = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    if column in FIGURES:
        found = summaries.of(list(campaigns), known)
        return sorted(found, key=FIGURES[column], reverse=falling)
    expression = COLUMNS[column]
    order = expression.desc(nulls_last=True) if falling else expression.asc()
    return Summaries(campaigns.order_by(order, "-pk"), known)


def _found(workspace: Workspace, wanted: Wanted) -> QuerySet[Campaign]:
    campaigns = workspace.campaigns.prefetch_related("lists")
    if wanted.group:
        campaigns = campaigns.filter(status__in=GROUPS[wanted.group])
    for word in wanted.text.split()[:5]:
        campaigns = campaigns.filter(Q(name__icontains=word) | Q(subject__icontains=word))
    return campaigns


def _label(campaign: Campaign) -> str:
    day = _day(campaign)
    return f"{campaign.name} ({day})" if day else campaign.name


def _day(campaign: Campaign) -> str:
    return date_format(campaign.launched_at, "j M") if campaign.launched_at else ""


def _place(rate: Rate) -> float:
    """Where a rate stands among others: no figure is less than nought."""
    return -1 if rate.share is None else rate.share


def _per_cent(rate: Rate) -> float | None:
    return None if rate.share is None else round(rate.share * 100, 1)
