"""When scheduled reports are due, by the workspace's clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.reports.rhythm import Rhythm

AMSTERDAM = "Europe/Amsterdam"
EIGHT = time(8)


def following(rhythm, after, zone=AMSTERDAM, count=1):
    found = []
    for _ in range(count):
        after = rhythm.following(after, zone)
        found.append(after.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M"))
    return found


def test_the_clocks_of_the_zone_count_all_year():
    """Eight in the morning is seven in UTC in winter, and six in summer."""
    rhythm = Rhythm("daily", EIGHT)
    winter = rhythm.following(datetime(2026, 1, 10, 7, tzinfo=UTC), AMSTERDAM)
    summer = rhythm.following(datetime(2026, 7, 10, 6, tzinfo=UTC), AMSTERDAM)
    assert (winter, summer) == (
        datetime(2026, 1, 11, 7, tzinfo=UTC),
        datetime(2026, 7, 11, 6, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("rhythm", "after", "found"),
    [
        (Rhythm("daily", EIGHT), datetime(2026, 11, 25, 6, 59, tzinfo=UTC), "Wed 25 Nov 08:00"),
        (Rhythm("daily", EIGHT), datetime(2026, 11, 25, 7, 0, tzinfo=UTC), "Thu 26 Nov 08:00"),
        (
            Rhythm("weekly", EIGHT, weekday=0),
            datetime(2026, 11, 25, tzinfo=UTC),
            "Mon 30 Nov 08:00",
        ),
        (Rhythm("monthly", EIGHT, day=1), datetime(2026, 11, 25, tzinfo=UTC), "Tue 01 Dec 08:00"),
        # The clocks go from two to three on 29 March, and from three to two on 25 October.
        (Rhythm("daily", time(2, 30)), datetime(2026, 3, 28, 12, tzinfo=UTC), "Sun 29 Mar 03:00"),
        (Rhythm("daily", time(2, 30)), datetime(2026, 10, 24, 12, tzinfo=UTC), "Sun 25 Oct 02:30"),
    ],
)
def test_the_next_moment(rhythm, after, found):
    assert following(rhythm, after) == [found]


@pytest.mark.parametrize(
    ("zone", "after", "found"),
    [
        # There is no midnight on 6 September, and none on 29 March.
        ("America/Santiago", datetime(2026, 9, 5, 12, tzinfo=UTC), "Sun 06 Sep 01:00"),
        ("Asia/Beirut", datetime(2026, 3, 28, 12, tzinfo=UTC), "Sun 29 Mar 01:00"),
    ],
)
def test_a_day_without_a_midnight_has_its_report(zone, after, found):
    rhythm = Rhythm("daily", time(0, 0))
    first, second = following(rhythm, after, zone, count=2)
    assert first == found
    assert second.endswith("00:00")


def test_a_time_that_comes_twice_is_due_once():
    rhythm = Rhythm("daily", time(2, 30))
    first = rhythm.following(datetime(2026, 10, 24, 12, tzinfo=UTC), AMSTERDAM)
    assert rhythm.following(first, AMSTERDAM) - first == timedelta(hours=25)


def test_a_short_month_has_it_on_its_last_day():
    rhythm = Rhythm("monthly", EIGHT, day=31)
    assert following(rhythm, datetime(2027, 1, 31, 12, tzinfo=UTC), count=3) == [
        "Sun 28 Feb 08:00",
        "Wed 31 Mar 08:00",
        "Fri 30 Apr 08:00",
    ]


@given(
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.times(),
    st.integers(0, 6),
    st.integers(1, 31),
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(
        [
            *(AMSTERDAM, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"),
            *("America/Santiago", "Asia/Beirut"),
        ]
    ),
)
def test_moments_only_go_forward_and_no_period_is_left_out(kind, at, weekday, day, after, zone):
    longest = {"daily": 2, "weekly": 8, "monthly": 32}[kind]
    rhythm = Rhythm(kind, at.replace(fold=0, microsecond=0), weekday, day)
    first = rhythm.following(after, zone)
    second = rhythm.following(first, zone)
    assert after < first <= after + timedelta(days=longest)
    assert first < second <= first + timedelta(days=longest)
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in (first, second)]
    assert days[0] < days[1]
