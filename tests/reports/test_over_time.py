"""Hits along time, and by hour of the day, where the clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.reports import over_time
from campaigns.reports.best_hour import Day
from campaigns.reports.over_time import Line, Span

HOUR = timedelta(hours=1)
# A zone, a full hour (UTC) some time before its clocks are changed, and after it.
CHANGES = [
    ("Europe/Amsterdam", datetime(2026, 3, 28, 20, tzinfo=UTC)),
    ("Europe/Amsterdam", datetime(2026, 10, 24, 20, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 3, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 2, tzinfo=UTC)),
    # By half an hour.
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 11, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 11, tzinfo=UTC)),
    # At midnight: the day begins at one o'clock, or has its last hour twice.
    ("America/Santiago", datetime(2026, 9, 6, 0, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 4, 22, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, 18, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 10, 24, 16, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "start"), CHANGES)
@pytest.mark.parametrize("by", [over_time.HOUR, over_time.DAY])
def test_each_hit_is_drawn_once(zone, start, by):
    hours = {start + n * HOUR: 1 + n for n in range(12)}
    span = Span(by, start, start + 11 * HOUR, ZoneInfo(zone))
    (series,) = over_time.chart([Line("Opens", hours)], span).series
    assert sum(filter(None, series.values)) == sum(hours.values())


@pytest.mark.parametrize(("zone", "start"), CHANGES)
def test_each_hour_has_a_place_of_its_own(zone, start):
    hours = {start + n * HOUR: 1 + n for n in range(12)}
    span = Span(over_time.HOUR, start + HOUR / 2, start + 11 * HOUR, ZoneInfo(zone))
    (series,) = over_time.chart([Line("Opens", hours)], span).series
    assert list(series.values) == list(hours.values())


def test_the_hour_that_the_clocks_show_twice_is_drawn_twice_and_told_apart():
    span = Span(
        over_time.HOUR,
        datetime(2026, 10, 24, 23, tzinfo=UTC),
        datetime(2026, 10, 25, 2, tzinfo=UTC),
        ZoneInfo("Europe/Amsterdam"),
    )
    labels = over_time.chart([], span).labels
    assert labels == [
        "25 Oct, 01:00",
        "25 Oct, 02:00 (UTC+02:00)",
        "25 Oct, 02:00 (UTC+01:00)",
        "25 Oct, 03:00",
    ]


def test_no_other_hour_says_how_far_from_utc_it_is():
    """Neither in spring, when an hour is left out, nor where the clocks never change."""
    for zone in ("Europe/Amsterdam", "Asia/Tokyo"):
        start = datetime(2026, 3, 28, 23, tzinfo=UTC)
        span = Span(over_time.HOUR, start, start + 4 * HOUR, ZoneInfo(zone))
        assert not [label for label in over_time.chart([], span).labels if "UTC" in label]


@pytest.mark.parametrize(("zone", "start"), CHANGES)
def test_each_hit_is_in_one_hour_of_the_day(zone, start):
    hours = {start + n * HOUR: 1 + n for n in range(36)}
    (series,) = Day([Line("Opens", hours)], ZoneInfo(zone)).chart.series
    assert sum(filter(None, series.values)) == sum(hours.values())
