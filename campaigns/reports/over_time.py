"""Opens and clicks along time: by hour for the first two days, by day after that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.reports import sheets, small_cells, verdicts
from campaigns.reports.charts import Chart, Series
from campaigns.reports.querysets.engagement import HourRow

HOURS = 48
DAYS = 62
HOUR, DAY = "hour", "day"
# A full hour in UTC, or a day in the workspace's time zone. Clocks that go back show an hour
# twice, and Python holds both for the same moment.
Bucket = datetime | date


@dataclass(frozen=True)
class Span:
    """The time a chart covers, and how it is cut."""

    by: str
    start: datetime
    now: datetime
    zone: ZoneInfo

    def buckets(self) -> list[Bucket]:
        """Return every bucket from the start until now, empty ones too."""
        first, last = self.bucket(self.start), self.bucket(self.now)
        if self.by == DAY:
            return [first + timedelta(days=n) for n in range(min(DAYS, (last - first).days + 1))]
        hours = min(HOURS, int((last - first) / timedelta(hours=1)) + 1)
        return [first + timedelta(hours=n) for n in range(hours)]

    def bucket(self, moment: datetime) -> Bucket:
        """Return the bucket that a moment falls into."""
        if self.by == DAY:
            return moment.astimezone(self.zone).date()
        return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)

    def label(self, bucket: Bucket) -> str:
        """Return what stands under a bucket."""
        if isinstance(bucket, datetime):
            here = bucket.astimezone(self.zone)
            words = date_format(here, "j M, H:i")
            return f"{words} ({sheets.offset(here)})" if _comes_twice(here) else words
        return date_format(bucket, "j M")


def _comes_twice(here: datetime) -> bool:
    """Whether the clocks go back then, and show this time once more."""
    first, second = (here.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first < second


def best_scale(launched_at: datetime, now: datetime) -> str:
    """Return the scale that tells most: hours while the first two days last."""
    return HOUR if now - launched_at <= timedelta(hours=HOURS) else DAY


@dataclass(frozen=True)
class Line:
    """Hits of one kind along time: how many fell into each full hour (UTC)."""

    name: str
    hours: Mapping[datetime, int]


def of_people(rows: Sequence[HourRow], *, raw: bool) -> list[Line]:
    """Return the hits of people who may be measured: theirs, perhaps theirs, or all."""
    if raw:
        return [
            Line(_("All image loads"), _hours(rows, "opens", verdicts.KINDS)),
            Line(_("All clicks"), _hours(rows, "clicks", verdicts.KINDS)),
        ]
    return [
        Line(_("Opens"), _hours(rows, "opens", ("sure",))),
        Line(_("Clicks"), _hours(rows, "clicks", ("sure",))),
        Line(_("Perhaps opens"), _hours(rows, "opens", ("uncertain",))),
    ]


def of_totals(rows: Sequence[HourRow], *, raw: bool, minimum: int) -> list[Line]:
    """Return the hits of people who are only counted, no hour of so few that it is about them.

    Raw ones are people's and machines' added up, each of many: the difference of raw and
    honest figures would else tell of few.
    """
    groups = [("sure", "uncertain"), ("machine",)] if raw else [("sure", "uncertain")]
    lines = []
    for name, what in ((_("Image loads"), "opens"), (_("Clicks"), "clicks")):
        sums = Counter[datetime]()
        for kinds in groups:
            sums.update(small_cells.carry(sorted(_hours(rows, what, kinds).items()), minimum))
        lines.append(Line(name, dict(sorted(sums.items()))))
    return lines


def chart(lines: Sequence[Line], span: Span) -> Chart:
    """Draw lines along the span."""
    buckets = span.buckets()
    return Chart(
        axis=(_("Day (%(zone)s)") if span.by == DAY else _("Hour (%(zone)s)"))
        % {"zone": span.zone.key},
        labels=[span.label(bucket) for bucket in buckets],
        series=[Series(line.name, _values(line, span, buckets)) for line in lines],
    )


def _hours(rows: Sequence[HourRow], what: str, kinds: Sequence[str]) -> Counter[datetime]:
    sums: Counter[datetime] = Counter()
    for row in rows:
        if verdicts.of(row.verdict).counts_as in kinds:
            sums[row.hour] += getattr(row, what)
    return sums


def _values(line: Line, span: Span, buckets: Sequence[Bucket]) -> list[int]:
    sums: Counter[Bucket] = Counter()
    for hour, hits in line.hours.items():
        sums[span.bucket(hour)] += hits
    return [sums[bucket] for bucket in buckets]
