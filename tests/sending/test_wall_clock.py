"""Wall times and moments, through every change of the clocks."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sending import wall_clock

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Santiago",
    "Africa/Casablanca",
    "UTC",
)


def test_a_plain_time():
    wall = datetime(2026, 7, 1, 9, 30)
    assert wall_clock.moment(wall, "Europe/Berlin") == datetime(2026, 7, 1, 7, 30, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_refused_with_the_next_that_exists():
    with pytest.raises(wall_clock.GapError) as caught:
        wall_clock.moment(datetime(2026, 3, 29, 2, 30), "Europe/Berlin")
    assert caught.value.suggestion.isoformat() == "2026-03-29T03:00:00+02:00"


def test_a_time_that_the_clocks_show_twice_is_asked_about():
    wall = datetime(2026, 10, 25, 2, 30)
    with pytest.raises(wall_clock.OverlapError) as caught:
        wall_clock.moment(wall, "Europe/Berlin")
    assert caught.value.earlier.isoformat() == "2026-10-25T02:30:00+02:00"
    assert caught.value.later.isoformat() == "2026-10-25T02:30:00+01:00"
    earlier = wall_clock.moment(wall, "Europe/Berlin", later=False)
    later = wall_clock.moment(wall, "Europe/Berlin", later=True)
    assert later - earlier == timedelta(hours=1)


def test_half_an_hour_is_skipped_on_lord_howe():
    with pytest.raises(wall_clock.GapError) as caught:
        wall_clock.moment(datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe")
    assert caught.value.suggestion.strftime("%H:%M") == "02:30"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe/Berlin\0"])
def test_no_such_zone(name):
    with pytest.raises(wall_clock.ZoneError):
        wall_clock.moment(datetime(2026, 1, 1), name)


def offset_at(at: datetime, zone: ZoneInfo) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


def transitions(zone: ZoneInfo) -> Iterator[datetime]:
    """The moments from 2024 to 2030 at which the zone's clocks jump."""
    at, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    while at < end:
        after = at + timedelta(days=1)
        if offset_at(at, zone) != offset_at(after, zone):
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                same = offset_at(middle, zone) == offset_at(low, zone)
                low, high = (middle, high) if same else (low, middle)
            yield high
        at = after


def test_nobody_is_asked_at_any_jump_of_any_zone_from_2024_to_2030():
    jumps = 0
    for name in sorted(zoneinfo.available_timezones()):
        zone = ZoneInfo(name)
        for at in transitions(zone):
            jumps += 1
            before = offset_at(at - timedelta(seconds=1), zone)
            after = offset_at(at, zone)
            old, new = (at.replace(tzinfo=None) + offset for offset in (before, after))
            for wall in (min(old, new), min(old, new) + abs(new - old) / 2):
                # Skipped: the first moment after the gap. Shown twice: the first of the two.
                expected = at if new > old else (wall - before).replace(tzinfo=UTC)
                assert wall_clock.nearest(wall, name) == expected, (name, wall)
            for wall in (min(old, new) - timedelta(seconds=1), max(old, new)):
                assert wall_clock.nearest(wall, name) == wall_clock.moment(wall, name)
    assert jumps > 1000


@given(
    wall=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)),
    name=st.sampled_from(sorted(zoneinfo.available_timezones())),
)
def test_everybody_gets_a_moment_and_never_before_their_clocks_show_the_time(wall, name):
    at = wall_clock.nearest(wall, name)
    shown = at.astimezone(ZoneInfo(name)).replace(tzinfo=None, fold=0)
    assert shown >= wall.replace(fold=0)
    assert shown - wall.replace(fold=0) <= timedelta(hours=1)
    just_before = (at - timedelta(seconds=1)).astimezone(ZoneInfo(name))
    assert just_before.replace(tzinfo=None, fold=0) < wall.replace(fold=0)
    assert at >= wall_clock.earliest(wall)


@given(wall=st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)), zone=st.sampled_from(ZONES))
def test_every_wall_time_has_a_moment_that_shows_it_or_says_why_not(wall, zone):
    try:
        found = [wall_clock.moment(wall, zone)]
    except wall_clock.OverlapError:
        found = [wall_clock.moment(wall, zone, later=later) for later in (False, True)]
        assert found[0] < found[1]
    except wall_clock.GapError as error:
        suggested = error.suggestion.replace(tzinfo=None)
        assert suggested > wall
        assert wall_clock.moment(suggested, zone) == error.suggestion
        return
    for moment in found:
        assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall.replace(
            fold=0
        )


@given(hours=st.integers(0, 7 * 365 * 24 * 2), zone=st.sampled_from(ZONES))
def test_what_a_clock_shows_is_never_in_a_gap(hours, zone):
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * hours)
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    try:
        assert wall_clock.moment(wall, zone) == moment
    except wall_clock.OverlapError as error:
        # Moments of one zone that a clock shows twice equal nothing outside of it.
        assert moment in (error.earlier.astimezone(UTC), error.later.astimezone(UTC))
