"""Days by the workspace's clock: where clocks are changed, and the leap day that few years have."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q

from campaigns.audience.segments.conditions import anniversaries
from campaigns.audience.segments.registry import Asking

# The days on which clocks are changed: by an hour, by half of one, and at midnight itself.
CHANGES = [
    ("Europe/Amsterdam", date(2026, 3, 29), 23),
    ("Europe/Amsterdam", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("America/Santiago", date(2026, 9, 6), 23),
    ("America/Santiago", date(2026, 4, 4), 25),
    ("Asia/Beirut", date(2026, 3, 29), 23),
    ("Asia/Beirut", date(2026, 10, 24), 25),
    ("America/Havana", date(2026, 11, 1), 25),
]


def asking(zone: str, today: date) -> Asking:
    return Asking(1, ZoneInfo(zone), today, {})


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_day_is_all_that_the_clocks_say_is_of_it(zone, day, hours):
    who = asking(zone, day)
    begins, ends = (who.start_of(one).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    assert ends - begins == timedelta(hours=hours)
    for moment in (begins, ends - timedelta(microseconds=1)):
        assert moment.astimezone(who.zone).date() == day


@pytest.mark.parametrize(
    ("today", "days", "is_coming"),
    [
        (date(2027, 2, 25), 2, False),
        (date(2027, 2, 25), 3, True),
        (date(2027, 2, 28), 0, True),
        (date(2027, 3, 1), 0, False),
        # In a leap year it comes on the day itself, not the day before.
        (date(2028, 2, 28), 0, False),
        (date(2028, 2, 29), 0, True),
        (date(2028, 3, 1), 0, False),
        (date(2027, 12, 31), 60, True),
        (date(2027, 12, 31), 59, False),
    ],
)
def test_a_leap_day_comes_around_each_year(today, days, is_coming):
    found = []

    def around(_who, _values, coming):
        found.extend(coming)
        return Q()

    how = anniversaries.anniversary(around, "whose birthday")["anniversary"]
    how.answer(asking("UTC", today), {"days": days})
    assert ("02-29" in found) is is_coming
