"""When a scheduled report is due: every day, week or month, by the workspace's clocks. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from campaigns.sending import wall_clock

DAILY, WEEKLY, MONTHLY = "daily", "weekly", "monthly"


@dataclass(frozen=True)
class Rhythm:
    """How often, and at which time of day."""

    kind: str
    at: time
    # Of a week, Monday is 0; of a month, counted from 1. A month too short takes its last day.
    weekday: int = 0
    day: int = 1

    def following(self, after: datetime, zone: str) -> datetime:
        """Return the first moment after `after` that it is due, in UTC.

        A time that the clocks skip comes right after the gap; one they show twice, the first
        time.
        """
        day = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
        while True:
            if self._is_on(day):
                moment = wall_clock.nearest(datetime.combine(day, self.at), zone)
                if moment > after:
                    return moment
            day += timedelta(days=1)

    def _is_on(self, day: date) -> bool:
        if self.kind == WEEKLY:
            return day.weekday() == self.weekday
        if self.kind == MONTHLY:
            return day.day == min(self.day, monthrange(day.year, day.month)[1])
        return True
