"""At which hours of the day a campaign was read, and the best of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from django.utils.formats import time_format
from django.utils.translation import gettext as _

from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Rate
from campaigns.reports.over_time import Line

HOURS = range(24)


@dataclass(frozen=True)
class Day:
    """Hits by hour of the day, all days together."""

    lines: Sequence[Line]
    zone: ZoneInfo

    @property
    def best(self) -> int | None:
        """The hour in which most was done; None when nothing was."""
        sums = sum((self._hits(line) for line in self.lines), Counter[int]())
        return max(HOURS, key=lambda hour: (sums[hour], -hour)) if any(sums.values()) else None

    @property
    def share(self) -> Rate:
        """What was done in the best hour, of all that was done."""
        sums = sum((self._hits(line) for line in self.lines), Counter[int]())
        return Rate(max(sums.values(), default=0), sum(sums.values()))

    @property
    def words(self) -> str:
        """The best hour, as "10:00 to 11:00"."""
        if self.best is None:
            return ""
        return _("%(start)s to %(end)s") % {
            "start": _clock(self.best),
            "end": _clock((self.best + 1) % 24),
        }

    @property
    def chart(self) -> Chart:
        """All hours of a day."""
        return Chart(
            axis=_("Hour of the day (%(zone)s)") % {"zone": self.zone.key},
            labels=[_clock(hour) for hour in HOURS],
            series=[
                Series(line.name, [self._hits(line)[hour] for hour in HOURS]) for line in self.lines
            ],
        )

    def _hits(self, line: Line) -> Counter[int]:
        sums = Counter[int]()
        for hour, hits in line.hours.items():
            sums[hour.astimezone(self.zone).hour] += hits
        return sums


def _clock(hour: int) -> str:
    return time_format(time(hour), "H:i")
