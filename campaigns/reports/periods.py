"""Days, weeks and months of a workspace's own calendar, and how far back a reader looks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

DAY, WEEK, MONTH = "day", "week", "month"
SCALES: dict[str, str | Promise] = {
    DAY: gettext_lazy("Day"),
    WEEK: gettext_lazy("Week"),
    MONTH: gettext_lazy("Month"),
}
# How far back, in days, and how that is cut unless the reader wants it otherwise.
SPANS: dict[str, tuple[int, str, str | Promise]] = {
    "7": (7, DAY, gettext_lazy("7 days")),
    "30": (30, DAY, gettext_lazy("30 days")),
    "90": (90, WEEK, gettext_lazy("90 days")),
    "365": (365, MONTH, gettext_lazy("12 months")),
    "1825": (1825, MONTH, gettext_lazy("5 years")),
}
DEFAULT_SPAN = "90"
# More bars than this cannot be read.
MOST_PERIODS = 120


@dataclass(frozen=True)
class Wanted:
    """What the reader asked to see."""

    list_id: int | None = None
    span: str = DEFAULT_SPAN
    scale: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Wanted:
        """Read a query string; what makes no sense is left out."""
        text, span, scale = query.get("list", ""), query.get("span", ""), query.get("by", "")
        is_id = text.isascii() and text.isdigit() and len(text) < 19
        return cls(
            list_id=int(text) if is_id else None,
            span=span if span in SPANS else DEFAULT_SPAN,
            scale=scale if scale in SCALES else "",
        )

    @property
    def by(self) -> str:
        """The scale: as wanted if so many periods can be read, or as suits the span."""
        days, suits, _label = SPANS[self.span]
        if self.scale == DAY and days > MOST_PERIODS:
            return suits
        if self.scale == WEEK and days > MOST_PERIODS * 7:
            return suits
        return self.scale or suits

    @property
    def query(self) -> str:
        """The same as a query string, always written the same way."""
        found = QueryDict(mutable=True)
        if self.list_id is not None:
            found["list"] = str(self.list_id)
        found["span"] = self.span
        if self.scale:
            found["by"] = self.scale
        return found.urlencode()


def start_of(day: date, by: str) -> date:
    """Return the first day of the period that a day is in; weeks begin on Monday."""
    if by == WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == MONTH else day


def label(start: date, by: str) -> str:
    """Return what stands under a period."""
    if by == MONTH:
        return date_format(start, "M Y")
    return (
        date_format(start, "j M Y")
        if start.year != timezone.now().year
        else date_format(start, "j M")
    )


def axis(by: str, zone: str) -> str:
    """Return what the labels are."""
    return f"{SCALES[by]} ({zone})"


def next_start(start: date, by: str) -> date:
    """Return the first day of the period after the one that begins at `start`."""
    if by == MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if by == WEEK else 1)


def starts(first: date, last: date, by: str) -> Sequence[date]:
    """Return the first days of all periods from `first` to `last`, empty ones too."""
    found = [first]
    while next_start(found[-1], by) <= last:
        found.append(next_start(found[-1], by))
    return found
