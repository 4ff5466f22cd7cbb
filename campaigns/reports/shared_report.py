"""A campaign's report for people outside: figures of many, and none about a few.

Whoever looks is no member and has agreed to nothing, so what members see is not shown
here: no person, no address, and no figure of fewer than `AGGREGATE_MINIMUM` people, nor
one from which such a figure could be reckoned. Who clicked has opened, and who opened got
the mail, so figures lie within each other: a difference of two tells of people, too. Each is
nought or of many; how many mails there were is told in round figures only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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
        if self.people is None or not self.of:
            return None
        # What it is out of is a round figure, and may be the smaller.
        return min(1.0, self.people / self.of)


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
        return self._round(self.summary.ledger.delivered)

    @property
    def sent(self) -> int:
        return self._round(self.summary.ledger.sent)

    @property
    def has_any(self) -> bool:
        """Whether it went out to so many that there is something to show."""
        return self.delivered >= self.least

    @cached_property
    def clicked(self) -> Rate | None:
        """Who clicked, if those who did and those who did not are many."""
        found = self.summary.clicked
        return found if self._is_of_many(found.count, found.of) else None

    @cached_property
    def opened(self) -> Bounds | None:
        """Who opened, if those who did, who perhaps did, and who did not are many or nobody.

        So are those who opened and did not click, and those who agreed to one of both alone.
        """
        found, clicked = self.summary.opened, self.clicked
        pairs = [(found.of, found.most), (found.most, found.sure), (found.of, found.sure)]
        if clicked:
            pairs += [
                (found.sure, clicked.count),
                (found.of, clicked.of),
                (found.of, clicked.count),
            ]
        is_told = self._is_of_many(found.sure, found.of) and self._is_of_many(found.most, found.of)
        return found if is_told and self._are_apart(pairs) else None

    @property
    def harms(self) -> list[Harm]:
        ledger = self.summary.ledger
        rows = (
            (_("Unsubscribed"), self.summary.unsubscribed, self.delivered),
            (_("Reported as spam"), ledger.complained, self.delivered),
            (_("Came back"), ledger.bounced, self.sent),
        )
        return [
            Harm(label, of, people if people >= self.least else None) for label, people, of in rows
        ]

    @cached_property
    def timeline(self) -> Chart | None:
        """Opens and clicks day by day: of many people in all, and days of few have no value.

        A day is told in opens and clicks, never in people: one of them may have many.
        """
        start = self.campaign.launched_at or self.campaign.created_at
        span = over_time.Span(over_time.DAY, start, self.now, self.campaign.workspace.zone)
        buckets = span.buckets()
        summary = self.summary
        series = [
            Series(name, self._days(span, buckets, what))
            for name, what, people in (
                (_("Opens"), "opens", summary.opened.sure),
                (_("Clicks"), "clicks", summary.clicked.count),
            )
            if people >= self.least
        ]
        if not any(value for one in series for value in one.values):
            return None
        axis = _("Day (%(zone)s)") % {"zone": span.zone.key}
        labels = [span.label(bucket) for bucket in buckets]
        return Chart(axis=axis, labels=labels, series=series)

    @cached_property
    def links(self) -> list[tuple[str, int | None]]:
        """Links that many people followed, without what stands behind their question mark.

        Where all but a few who clicked, or opened, followed one, it is not told how many.
        """
        people = Counter[int]()
        for row in questions.link_rows(self.campaign.pk):
            if _is_a_persons(row.mode, row.verdict):
                people[row.number] += row.people
        urls = dict(questions.links(self.campaign.pk))
        return [
            (_plain(urls[number]), count if self._is_within(count) else None)
            for number, count in people.most_common()
            if count >= self.least and number in urls
        ]

    @property
    def most_followed(self) -> int:
        """The most people that a link is told to have been followed by."""
        return max((people or 0 for _url, people in self.links), default=0)

    @cached_property
    def countries(self) -> list[Bar]:
        """Countries of many people, and what is left over, which is many or nobody.

        Else the few could be reckoned from the rest: then the smallest joins them.
        """
        slices = engagement.facets(self.campaign.pk).individual.get("country", [])
        if not self._is_within(sum(one.people for one in slices)):
            return []
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

    def _is_within(self, people: int) -> bool:
        """Whether these people and those of each figure that is told differ by many or nobody."""
        wholes = [self.summary.clicked.of, self.summary.opened.of]
        if self.clicked:
            wholes.append(self.clicked.count)
        if self.opened:
            wholes += [self.opened.sure, self.opened.most]
        return self._are_apart((whole, people) for whole in wholes)

    def _are_apart(self, pairs: Iterable[tuple[int, int]]) -> bool:
        return all(one == other or abs(one - other) >= self.least for one, other in pairs)

    def _round(self, mails: int) -> int:
        return mails - mails % self.least


def of(campaign: Campaign, now: datetime) -> SharedReport:
    """Return what may be shown of a campaign to people outside."""
    return SharedReport(campaign, summaries.of([campaign])[0], now)


def _is_a_persons(mode: str, verdict: str) -> bool:
    return mode == Mode.INDIVIDUAL and verdicts.of(verdict).counts_as == "sure"


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}".rstrip("/")
