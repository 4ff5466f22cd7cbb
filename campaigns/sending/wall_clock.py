"""What moment a date and a time of day mean in a time zone. Pure.

Twice a year a zone's clocks leave an hour out or show one twice. The first has no moment
and is refused with a suggestion; the second has two, and a person chooses.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Kiritimati's clocks; no zone has ever been further ahead.
FARTHEST_EAST = timedelta(hours=14)


class ClockError(Exception):
    """The wall time has no single moment in its zone."""


class GapError(ClockError):
    """The clocks jump over this time; `suggestion` is the first that exists after it."""

    def __init__(self, suggestion: datetime) -> None:
        super().__init__(f"no such time; {suggestion} exists")
        self.suggestion = suggestion


class OverlapError(ClockError):
    """The clocks show this time twice: at `earlier` and, an hour or so later, at `later`."""

    def __init__(self, earlier: datetime, later: datetime) -> None:
        super().__init__("twice")
        self.earlier = earlier
        self.later = later


class ZoneError(ClockError):
    """There is no time zone of this name."""


def moment(wall: datetime, zone_name: str, *, later: bool | None = None) -> datetime:
    """Return the moment, in UTC, at which clocks in the zone show `wall`.

    `later` chooses when they show it twice; without it that raises `OverlapError`.
    """
    zone = _zone(zone_name)
    first = wall.replace(tzinfo=zone, fold=0)
    second = wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    earlier, after = sorted((first.astimezone(UTC), second.astimezone(UTC)))
    if _shows(earlier, wall, zone):
        if later is None:
            raise OverlapError(earlier.astimezone(zone), after.astimezone(zone))
        return after if later else earlier
    raise GapError(_first_after(earlier, after, zone))


def nearest(wall: datetime, zone_name: str) -> datetime:
    """Return the moment of `wall` where nobody can be asked.

    Of a time that the clocks skip: the first moment after the gap. Of one they show
    twice: the first.
    """
    try:
        return moment(wall, zone_name, later=False)
    except GapError as error:
        return error.suggestion.astimezone(UTC)


def earliest(wall: datetime) -> datetime:
    """Return the moment before which clocks nowhere in the world show `wall`."""
    return wall.replace(tzinfo=UTC) - FARTHEST_EAST


def shows(at: datetime, wall: datetime, zone_name: str) -> bool:
    """Whether clocks in the zone show `wall` at the moment `at`."""
    return _shows(at, wall, _zone(zone_name))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ZoneError(name) from error


def _shows(at: datetime, wall: datetime, zone: ZoneInfo) -> bool:
    return at.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(fold=0)


def _first_after(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Find the moment of the jump, at which the clocks show the first time after the gap."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0).astimezone(zone)
