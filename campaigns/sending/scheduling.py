"""Launch later: at a moment that is stored in UTC, beside the wall time and zone it was chosen in.

The beat tick asks the database's clock, and no task waits for the moment, so neither a
restart nor a lost message changes when a campaign goes out. New rules for a time zone do
not move a moment that somebody has confirmed: `has_drifted` tells them.

"In each recipient's own time" is launched when the first of them is due: then the audience
is frozen, and each delivery waits for its own moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending import apart, launch, local_times, steering, wall_clock
from campaigns.sending.querysets import launching, moments, moves

Status = Campaign.Status
# Later than this, a person decides: the offer may be over.
MAX_LATENESS = timedelta(minutes=60)
# So long before anybody in the world could be due, we begin to look who is.
FORESIGHT = timedelta(minutes=15)


class ScheduleError(Exception):
    """The moment cannot be scheduled; the message says why."""


@dataclass(frozen=True)
class Plan:
    """Whom a time of day in everybody's own zone would reach, and when."""

    first: datetime
    last: datetime
    people: int
    zones: int
    # People whose zone nobody knows: they get it by the campaign's.
    unplaced: int
    # People for whom that time is over: they get it at once.
    passed: int


def schedule(campaign: Campaign, at: datetime, zone: str) -> bool:
    """Schedule the launch, or move it, and say whether the campaign could be scheduled."""
    if at <= moves.now():
        raise ScheduleError(_("This time has passed already. Choose a later one."))
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return _schedule(campaign, at, wall, zone, locally=False)


def plan(campaign: Campaign, wall: datetime, zone: str) -> Plan:
    """Say whom `wall` in everybody's own time would reach, and when."""
    found = moments.waves(launching.audience(campaign), local_times.of_wall_time(wall, zone))
    if not found:
        raise ScheduleError(_("Nobody on the chosen lists can be mailed."))
    now = moves.now()
    return Plan(
        first=found[0][1],
        last=found[-1][1],
        people=sum(people for _zone, _at, people in found),
        zones=len({name for name, _at, _people in found if name}),
        unplaced=sum(people for name, _at, people in found if not name),
        passed=sum(people for _zone, at, people in found if at <= now),
    )


def schedule_locally(campaign: Campaign, wall: datetime, zone: str) -> bool:
    """Schedule for everybody's own `wall`, and say whether the campaign could be scheduled."""
    planned, now = plan(campaign, wall, zone), moves.now()
    if planned.last <= now:
        raise ScheduleError(_("This time has passed already. Choose a later one."))
    return _schedule(campaign, max(planned.first, now), wall, zone, locally=True)


def unschedule(campaign: Campaign) -> bool:
    """Take the campaign back to the desk, and say whether it was waiting."""
    if campaign.status != Status.SCHEDULED:
        return False
    return steering.to_draft(campaign)


def launch_due() -> int:
    """Launch what is due, call missed what is far too late, and return how many were launched."""
    moves.miss(MAX_LATENESS)
    due = list(Campaign.objects.due().order_by("scheduled_at").values_list("pk", flat=True))
    return apart.each("Launching campaign", due, launch.launch_due)


def look_ahead() -> None:
    """Bring launches forward for people in earlier zones who have joined since."""
    now = moves.now()
    local = Campaign.objects.filter(status=Status.SCHEDULED, scheduled_locally=True)
    waiting = local.order_by("pk").select_related("workspace")
    apart.each(
        "Looking ahead for campaign", waiting, lambda campaign: _bring_forward(campaign, now)
    )


def has_drifted(campaign: Campaign) -> bool:
    """Whether the zone's rules changed, so that clocks there will show another time.

    The moment stays as it was confirmed; who is in charge may choose again.
    """
    wall, at = local_times.wall_time(campaign), campaign.scheduled_at
    if campaign.status != Status.SCHEDULED or campaign.scheduled_locally:
        return False
    if wall is None or at is None:
        return False
    return not wall_clock.shows(at, wall, campaign.scheduled_zone)


def _bring_forward(campaign: Campaign, now: datetime) -> None:
    wall = local_times.wall_time(campaign)
    if wall is None or wall_clock.earliest(wall) > now + FORESIGHT:
        return
    found = moments.waves(launching.audience(campaign), local_times.of_campaign(campaign))
    if found and found[0][1] < (campaign.scheduled_at or now):
        unmoved = Campaign.objects.filter(
            pk=campaign.pk,
            status=Status.SCHEDULED,
            scheduled_locally=True,
            scheduled_at=campaign.scheduled_at,
        )
        unmoved.update(scheduled_at=max(found[0][1], now))


def _schedule(
    campaign: Campaign, at: datetime, wall: datetime, zone: str, *, locally: bool
) -> bool:
    facts: dict[str, object] = {
        "scheduled_at": at.astimezone(UTC),
        "scheduled_zone": zone,
        "scheduled_date": wall.date(),
        "scheduled_time": wall.time(),
        "scheduled_locally": locally,
    }
    done = Campaign.objects.filter(pk=campaign.pk).move(
        source=(Status.DRAFT, Status.SCHEDULED, Status.MISSED),
        target=Status.SCHEDULED,
        pause_reason="",
        pause_cause="",
        **facts,
    )
    if done:
        campaign.status = Status.SCHEDULED
        for name, value in facts.items():
            setattr(campaign, name, value)
    return done
