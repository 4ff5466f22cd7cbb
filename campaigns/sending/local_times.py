"""When "9:00 on 3 March" is for each person: by their own zone, else that of their country.

The moments are worked out once per zone; the database gives each person theirs.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from campaigns.composing.models import Campaign
from campaigns.sending import wall_clock, zones


@dataclass(frozen=True)
class Moments:
    """When a wall time comes: in each zone, and for people whose zone nobody knows."""

    zones: Mapping[str, datetime]
    # Of each country the usual zone.
    countries: Mapping[str, str]
    # None: at once.
    otherwise: datetime | None


AT_ONCE = Moments({}, {}, None)


def of_wall_time(wall: datetime, zone: str) -> Moments:
    """Return the moments at which clocks show `wall`; `zone` is that of people without one."""
    names = sorted(zoneinfo.available_timezones())
    return Moments(
        {name: wall_clock.nearest(wall, name) for name in names},
        zones.of_countries(),
        wall_clock.nearest(wall, zone),
    )


def of_campaign(campaign: Campaign) -> Moments:
    """Return when the people of a campaign that is launched get it."""
    if not campaign.scheduled_locally:
        return AT_ONCE
    wall = wall_time(campaign)
    assert wall is not None  # noqa: S101 - the database demands it
    return of_wall_time(wall, campaign.scheduled_zone)


def wall_time(campaign: Campaign) -> datetime | None:
    """Return the date and time of day that the campaign was scheduled for, as entered."""
    if campaign.scheduled_date is None or campaign.scheduled_time is None:
        return None
    return datetime.combine(campaign.scheduled_date, campaign.scheduled_time)
