"""Campaigns side by side: the same figures of each, which is best, and whether that is chance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.reports import differences, listing, summaries
from campaigns.reports.charts import Chart
from campaigns.reports.differences import Lead, Span
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.summaries import Summary

FEWEST, MOST = 2, 5
# How many are offered to choose from, the newest first.
OFFERED = 40
# A rate of fewer people says nothing about a mailing, and something about each of them.
FEWEST_PEOPLE = 10


@dataclass(frozen=True)
class Measure:
    """A figure that campaigns are compared by."""

    name: str
    label: str | Promise
    # Whom it is out of, in words.
    of: str | Promise
    figure: Callable[[Summary], Rate | Bounds]
    low_is_best: bool = False

    def span(self, summary: Summary) -> Span:
        """Return a campaign's figure as a low and a high rate."""
        found = self.figure(summary)
        if isinstance(found, Bounds):
            return Span(found.low, found.high)
        return Span(found, found)


MEASURES = (
    Measure("clicked", _("Clicked"), _("people who may be measured"), lambda one: one.clicked),
    Measure("opened", _("Opened"), _("people who may be measured"), lambda one: one.opened),
    Measure("left", _("Unsubscribed"), _("delivered"), lambda one: one.left, low_is_best=True),
    Measure(
        "complained",
        _("Reported as spam"),
        _("delivered"),
        lambda one: Rate(min(one.ledger.complained, one.ledger.delivered), one.ledger.delivered),
        low_is_best=True,
    ),
    Measure(
        "bounced",
        _("Came back"),
        _("sent"),
        lambda one: Rate(min(one.ledger.bounced, one.ledger.sent), one.ledger.sent),
        low_is_best=True,
    ),
)


@dataclass(frozen=True)
class Cell:
    """One campaign's figure of a row."""

    summary: Summary
    figure: Rate | Bounds
    # "best" for sure, "ahead" by what may be chance, or nothing.
    mark: str = ""

    @property
    def is_bounds(self) -> bool:
        return isinstance(self.figure, Bounds)

    @property
    def is_of_few(self) -> bool:
        """Whether so few people are behind it that it is compared with nothing."""
        return self.figure.of < FEWEST_PEOPLE


@dataclass(frozen=True)
class Row:
    """A figure of all campaigns."""

    measure: Measure
    cells: Sequence[Cell]
    lead: Lead | None


@dataclass(frozen=True)
class Comparison:
    """Campaigns side by side, the oldest first."""

    summaries: Sequence[Summary]

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(measure) for measure in MEASURES]

    def row(self, name: str) -> Row:
        """Return the row of a measure."""
        return next(row for row in self.rows if row.measure.name == name)

    @property
    def has_counted(self) -> bool:
        """Whether anybody was only counted."""
        return any(one.ledger.counted for one in self.summaries)

    @cached_property
    def chart(self) -> Chart:
        return listing.comparison(list(reversed(self.summaries)))

    def _row(self, measure: Measure) -> Row:
        spans = [measure.span(one) for one in self.summaries]
        lead = differences.lead(spans, low_is_best=measure.low_is_best, fewest=FEWEST_PEOPLE)
        figures = [measure.figure(one) for one in self.summaries]
        cells = [
            Cell(one, figure, _mark(lead, place, figures))
            for place, (one, figure) in enumerate(zip(self.summaries, figures, strict=True))
        ]
        return Row(measure, cells, lead)


def numbers(texts: Collection[str]) -> list[int]:
    """Return the ids that a query string names, each once; nonsense is left out."""
    plain = (text for text in texts if text.isascii() and text.isdigit() and len(text) < 19)
    return list(dict.fromkeys(int(text) for text in plain))


def chosen(workspace: Workspace, ids: Sequence[int]) -> list[Campaign]:
    """Return those of the campaigns that are the workspace's and went out, the oldest first."""
    mine = _gone_out(workspace).filter(pk__in=ids[:MOST])
    return list(mine.prefetch_related("lists").order_by("launched_at", "pk"))


def query(campaigns: Sequence[Campaign]) -> str:
    """Return the question that compares these campaigns, as it stands in an address."""
    return "&".join(f"c={campaign.pk}" for campaign in campaigns)


def choices(workspace: Workspace) -> list[Campaign]:
    """Return the campaigns that may be compared, the newest first."""
    return list(_gone_out(workspace).order_by("-launched_at", "-pk")[:OFFERED])


def compare(campaigns: Sequence[Campaign]) -> Comparison:
    """Put campaigns side by side, in a handful of queries."""
    return Comparison(summaries.of(campaigns))


def _gone_out(workspace: Workspace) -> QuerySet[Campaign]:
    return workspace.campaigns.filter(launched_at__isnull=False)


def _mark(lead: Lead | None, place: int, figures: Sequence[Rate | Bounds]) -> str:
    if lead is None or place != lead.best:
        return ""
    if lead.is_clear:
        return "best"
    # What reads the same in two columns is ahead in neither.
    shown = [_as_shown(figure) for figure in figures]
    return "ahead" if shown.count(shown[place]) == 1 else ""


def _as_shown(figure: Rate | Bounds) -> float:
    rate = figure.low if isinstance(figure, Bounds) else figure
    return round(rate.share or 0, 4)
