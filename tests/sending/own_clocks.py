"""Launch a campaign that goes out by each recipient's own clock, up to its frozen moments."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import launch, scheduling


def schedule(campaign: Campaign, wall: datetime, zone: str = "Europe/Berlin") -> None:
    """Schedule it for what clocks show at `wall`, as somebody in `zone` plans it."""
    assert scheduling.schedule_locally(campaign, wall, zone)
    campaign.refresh_from_db()


def freeze(campaign: Campaign) -> None:
    """Launch as the tick does when the first are due."""
    Campaign.objects.filter(pk=campaign.pk).update(scheduled_at=timezone.now())
    assert launch.launch_due(campaign.pk)
    assert launch.prepare(campaign.pk)
