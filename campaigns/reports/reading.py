"""The report of a campaign: every figure of its page, each with what it is out of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings

from campaigns.composing.models import Campaign
from campaigns.reports import breakdowns, engagement, figures, ledger, over_time, pulse, sorting
from campaigns.reports.best_hour import Day
from campaigns.reports.breakdowns import Breakdown
from campaigns.reports.charts import Chart
from campaigns.reports.engagement import Facets, LinkClicks
from campaigns.reports.figures import Rate
from campaigns.reports.over_time import Line, Span
from campaigns.reports.querysets import ledger as questions
from campaigns.reports.querysets.engagement import HourRow
from campaigns.reports.sorting import Sorted
from campaigns.reports.summaries import Summary
from tracking.models import Mode

SENDING = (Campaign.Status.PREPARING, Campaign.Status.SENDING)
FACETS = ("client", "device", "os", "language")


@dataclass(frozen=True)
class Wanted:
    """How the reader wants to see it."""

    raw: bool = False
    by: str = ""


@dataclass(frozen=True)
class Report(Summary):
    """What a campaign's report says beside its line in the list of campaigns.

    Figures that a page leaves out are never asked for.
    """

    wanted: Wanted
    now: datetime

    # --- Whom the figures are about ------------------------------------------------------

    @property
    def is_about_few(self) -> bool:
        """Whether so few are measured that each figure says something about a person."""
        least = int(settings.AGGREGATE_MINIMUM)
        return 0 < self.ledger.measured < least or 0 < self.ledger.clicks_measured < least

    @property
    def is_about_people(self) -> bool:
        """Whether there is anybody who may be measured one by one."""
        return self.ledger.measured > 0 or self.ledger.clicks_measured > 0

    # --- Headlines -----------------------------------------------------------------------

    @property
    def raw_opened(self) -> Rate:
        return self.engaged.raw_opened(self.ledger.measured)

    @property
    def raw_clicked(self) -> Rate:
        return self.engaged.raw_clicked(self.ledger.clicks_measured)

    @property
    def click_to_open(self) -> tuple[Rate, Rate]:
        """The least and the most that clickers are of openers."""
        return figures.click_to_open(self.clicked.count, self.opened)

    @property
    def raw_click_to_open(self) -> Rate:
        clickers, openers = self.raw_clicked.count, self.raw_opened.count
        return Rate(min(clickers, openers), openers)

    @property
    def complained(self) -> Rate:
        return Rate(min(self.ledger.complained, self.ledger.delivered), self.ledger.delivered)

    @property
    def bounced(self) -> Rate:
        return Rate(self.ledger.bounced, self.ledger.sent)

    # --- Along time ----------------------------------------------------------------------

    @cached_property
    def hours(self) -> list[HourRow]:
        return engagement.hours(self.campaign.pk)

    @property
    def launched_at(self) -> datetime:
        return self.campaign.launched_at or self.campaign.created_at

    @property
    def scale(self) -> str:
        """By "hour" or by "day": as wanted, or as tells most."""
        if self.wanted.by in (over_time.HOUR, over_time.DAY):
            return self.wanted.by
        return over_time.best_scale(self.launched_at, self.now)

    @cached_property
    def timeline(self) -> Chart:
        """Hits of people who may be measured."""
        return over_time.chart(self._people_lines, self._span)

    @cached_property
    def totals_timeline(self) -> Chart:
        """Hits of people who are only counted."""
        return over_time.chart(self._totals_lines, self._span)

    @cached_property
    def day(self) -> Day:
        """At which hours of the day it was read."""
        return Day(self._day_lines, self._zone)

    @property
    def _day_lines(self) -> list[Line]:
        if self.is_about_people:
            return self._people_lines[:2]
        return [] if self.hides_totals else self._totals_lines

    @cached_property
    def _people_lines(self) -> list[Line]:
        rows = [row for row in self.hours if row.mode == Mode.INDIVIDUAL]
        return over_time.of_people(rows, raw=self.wanted.raw)

    @cached_property
    def _totals_lines(self) -> list[Line]:
        rows = [row for row in self.hours if row.mode == Mode.AGGREGATE]
        return over_time.of_totals(rows, raw=self.wanted.raw, minimum=self._minimum)

    @property
    def _span(self) -> Span:
        return Span(self.scale, self.launched_at, self.now, self._zone)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.campaign.workspace.time_zone)

    @property
    def _minimum(self) -> int:
        return int(settings.AGGREGATE_MINIMUM)

    @property
    def pulse(self) -> int:
        """What the page has seen; it asks each second whether that is still all."""
        return pulse.of_hits(self.engaged.hits, hides_totals=self.hides_totals)

    @property
    def seconds_to_next(self) -> int | None:
        """After how many seconds to look again for what is no hit; None when all is quiet."""
        if self.campaign.status in SENDING:
            return 3
        if self.campaign.launched_at and self.now - self.campaign.launched_at < timedelta(hours=2):
            return 15
        last = self.hours[-1].hour if self.hours else None
        if last is not None and self.now - last < timedelta(hours=2):
            return 60
        return None

    # --- Parts ---------------------------------------------------------------------------

    @cached_property
    def links(self) -> list[LinkClicks]:
        """The links, the most clicked first; clicks of few who are only counted are merged."""
        return engagement.links(self.campaign.pk, minimum=self._links_minimum)

    @property
    def merged_clicks(self) -> int:
        """Clicks of people who are only counted, on links that have too few of them."""
        if self.hides_totals:
            return 0
        return self.engaged.total_clicks - sum(link.total_clicks or 0 for link in self.links)

    @property
    def _links_minimum(self) -> int | None:
        return None if self.hides_totals else self._minimum

    @cached_property
    def facets(self) -> Facets:
        return engagement.facets(self.campaign.pk, unsure=self.engaged.unsure_totals)

    @property
    def breakdowns(self) -> list[Breakdown]:
        return [self._breakdown(facet) for facet in FACETS]

    @property
    def countries(self) -> Breakdown:
        return self._breakdown("country")

    @property
    def nearer_places(self) -> list[Breakdown]:
        """Regions and cities, where the operator's database knows them."""
        known = self.facets.individual if self.is_about_people else self.facets.aggregate
        return [self._breakdown(facet) for facet in breakdowns.NEARER if facet in known]

    @property
    def world(self) -> Chart:
        return breakdowns.world(self.facets, people=self.is_about_people, minimum=self._minimum)

    def _breakdown(self, facet: str) -> Breakdown:
        return breakdowns.of(self.facets, facet, people=self.is_about_people, minimum=self._minimum)

    @cached_property
    def sorted_hits(self) -> list[Sorted]:
        """What the hits were."""
        return sorting.of(self.engaged.hits, minimum=self._minimum, hides_totals=self.hides_totals)


def report(campaign: Campaign, wanted: Wanted, *, now: datetime) -> Report:
    """Return the report of a campaign as it stands `now`."""
    return Report(
        campaign=campaign,
        ledger=ledger.of(campaign.pk),
        engaged=engagement.of(campaign.pk),
        unsubscribed=questions.unsubscribed([campaign.pk]).get(campaign.pk, 0),
        wanted=wanted,
        now=now,
    )
