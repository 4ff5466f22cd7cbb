"""Launch later: at a moment that is stored in UTC, beside the zone it was chosen in.

The beat tick asks the database's clock, and no task waits for the moment, so neither a
restart nor a lost message changes when a campaign goes out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending import launch, steering
from campaigns.sending.querysets import moves

Status = Campaign.Status
# Later than this, a person decides: the offer may be over.
MAX_LATENESS = timedelta(minutes=60)


class ScheduleError(Exception):
    """The moment cannot be scheduled; the message says why."""


def schedule(campaign: Campaign, at: datetime, zone: str) -> bool:
    """Schedule the launch, or move it, and say whether the campaign could be scheduled."""
    if at <= timezone.now():
        raise ScheduleError(_("This time has passed already. Choose a later one."))
    done = Campaign.objects.filter(pk=campaign.pk).move(
        source=(Status.DRAFT, Status.SCHEDULED, Status.MISSED),
        target=Status.SCHEDULED,
        scheduled_at=at.astimezone(UTC),
        scheduled_zone=zone,
        pause_reason="",
    )
    if done:
        campaign.status = Status.SCHEDULED
        campaign.scheduled_at, campaign.scheduled_zone = at.astimezone(UTC), zone
    return done


def unschedule(campaign: Campaign) -> bool:
    """Take the campaign back to the desk, and say whether it was waiting."""
    if campaign.status != Status.SCHEDULED:
        return False
    return steering.to_draft(campaign)


def launch_due() -> list[int]:
    """Launch what is due, call missed what is far too late, and return the launched ids."""
    moves.miss(MAX_LATENESS)
    due = list(Campaign.objects.due().order_by("scheduled_at").values_list("pk", flat=True))
    return [pk for pk in due if launch.launch_due(pk)]
