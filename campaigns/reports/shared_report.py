"""A campaign's report for people outside: figures of many, and none about a few.

Whoever looks is no member and has agreed to nothing, so what members see is not shown
here: no person, no address, and no figure of fewer than `AGGREGATE_MINIMUM` people, nor
one from which such a figure could be reckoned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.reports import engagement, over_time, places, summaries, verdicts
from campaigns.reports.breakdowns import Bar
from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.querysets import engagement as questions
from campaigns.reports.querysets.engagement import HourRow
from campaigns.reports.summaries import Summary
from tracking.models import Mode

MOST_BARS = 8


@dataclass(frozen=True)
class Harm:
    """Something that few do: a number, or only that it is few."""

    label: str
    of: int
    # None: fewer than may be shown.
    people: int | None

    @property
    def share(self) -> float | None:
        return None if self.people is None or not self.of else self.people / self.of


@dataclass(frozen=True)
class SharedReport:
    """What the page behind a link shows."""

    campaign: Campaign
    summary: Summary
    now: datetime

    @property
    def least(self) -> int:
        """The fewest people that a figure may be about."""
        return int(settings.AGGREGATE_MINIMUM)

    @property
    def delivered(self) -> int:
        return self.summary.ledger.delivered

    @property
    def sent(self) -> int:
        return self.summary.ledger.sent

    @property
    def has_any(self) -> bool:
        """Whether it went out to so many that there is something to show."""
        return self.delivered >= self.least

    @property
    def opened(self) -> Bounds | None:
        """Who opened, if those who did, who perhaps did, and who did not are many or nobody."""
        found = self.summary.opened
        is_of_many = self._is_of_many(found.sure, found.of) and self._is_of_many(
            found.most, found.of
        )
        few_uncertain = 0 < found.uncertain < self.least
        return found if is_of_many and not few_uncertain else None

    @property
    def clicked(self) -> Rate | None:
        found = self.summary.clicked
        return found if self._is_of_many(found.count, found.of) else None

    @property
    def harms(self) -> list[Harm]:
        ledger = self.summary.ledger
        rows = (
            (_("Unsubscribed"), self.summary.unsubscribed, ledger.delivered),
            (_("Reported as spam"), ledger.complained, ledger.delivered),
            (_("Came back"), ledger.bounced, ledger.sent),
        )
        return [
            Harm(label, of, people if people >= self.least else None) for label, people, of in rows
        ]

    @cached_property
    def timeline(self) -> Chart | None:
        """Opens and clicks day by day; days of a few have no value."""
        start = self.campaign.launched_at or self.campaign.created_at
        span = over_time.Span(over_time.DAY, start, self.now, self.campaign.workspace.zone)
        buckets = span.buckets()
        series = [
            Series(_("Opens"), self._days(span, buckets, "opens")),
            Series(_("Clicks"), self._days(span, buckets, "clicks")),
        ]
        if not any(value for one in series for value in one.values):
            return None
        axis = _("Day (%(zone)s)") % {"zone": span.zone.key}
        labels = [span.label(bucket) for bucket in buckets]
        return Chart(axis=axis, labels=labels, series=series)

    @cached_property
    def links(self) -> list[tuple[str, int]]:
        """Links that many people followed, without what stands behind their question mark."""
        people = Counter[int]()
        for row in questions.link_rows(self.campaign.pk):
            if _is_a_persons(row.mode, row.verdict):
                people[row.number] += row.people
        urls = dict(questions.links(self.campaign.pk))
        return [
            (_plain(urls[number]), count)
            for number, count in people.most_common()
            if count >= self.least and number in urls
        ]

    @cached_property
    def countries(self) -> list[Bar]:
        """Countries of many people, and what is left over, which is many or nobody.

        Else the few could be reckoned from the rest: then the smallest joins them.
        """
        slices = engagement.facets(self.campaign.pk).individual.get("country", [])
        shown = [one for one in slices if one.value and one.people >= self.least][:MOST_BARS]
        bars = [(places.name(one.value), one.people) for one in shown]
        rest = sum(one.people for one in slices) - sum(people for _name, people in bars)
        if 0 < rest < self.least and bars:
            rest += bars.pop()[1]
        total = sum(people for _name, people in bars) + (rest if rest >= self.least else 0)
        found = [Bar(name, people, people / total) for name, people in bars]
        if rest >= self.least:
            found.append(Bar(_("All others, or hidden"), rest, rest / total, is_remainder=True))
        return found

    @property
    def placed(self) -> int:
        """The people that the countries are of."""
        return sum(bar.count for bar in self.countries)

    @cached_property
    def _hours(self) -> Sequence[HourRow]:
        rows = questions.hour_rows(self.campaign.pk)
        return [row for row in rows if _is_a_persons(row.mode, row.verdict)]

    def _days(
        self, span: over_time.Span, buckets: Sequence[over_time.Bucket], what: str
    ) -> list[int | None]:
        """Count hits by day; a day of a few is None."""
        sums: Counter[over_time.Bucket] = Counter()
        for row in self._hours:
            sums[span.bucket(row.hour)] += getattr(row, what)
        return [sums[bucket] if sums[bucket] >= self.least else None for bucket in buckets]

    def _is_of_many(self, people: int, of: int) -> bool:
        """Both who did and who did not are many: else either is a figure about a few."""
        return people >= self.least and of - people >= self.least


def of(campaign: Campaign, now: datetime) -> SharedReport:
    """Return what may be shown of a campaign to people outside."""
    return SharedReport(campaign, summaries.of([campaign])[0], now)


def _is_a_persons(mode: str, verdict: str) -> bool:
    return mode == Mode.INDIVIDUAL and verdicts.of(verdict).counts_as == "sure"


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/")
