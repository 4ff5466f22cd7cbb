"""Stop measuring a campaign: its mails, those that are out too, collect nothing any more."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from tracking.models import Engagement, Event, LinkClicker, TrackedCampaign
from tracking.querysets import lock_draining


@transaction.atomic
def stop(campaign_id: int, workspace_id: int) -> bool:
    """Count nothing of this campaign from now on, and say whether this call stopped it.

    Its pixel and its links go on working for whoever reads it.
    """
    # A batch that was read before us must not be written after us.
    lock_draining()
    campaign, _new = TrackedCampaign.objects.get_or_create(
        campaign_id=campaign_id, defaults={"workspace_id": workspace_id}
    )
    mine = TrackedCampaign.objects.filter(pk=campaign.pk, stopped_at__isnull=True)
    return mine.update(stopped_at=Now()) == 1


@transaction.atomic
def erase(campaign_id: int) -> int:
    """Erase what is kept of people in this campaign; return of how many. Counts stay."""
    lock_draining()
    Event.objects.filter(campaign_id=campaign_id, contact_id__isnull=False).delete()
    LinkClicker.objects.filter(campaign_id=campaign_id).delete()
    people, _by_model = Engagement.objects.filter(campaign_id=campaign_id).delete()
    return people
