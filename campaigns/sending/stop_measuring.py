"""The kill switch of a campaign: from now on its mails, those that are out too, collect nothing."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from campaigns.composing.models import Campaign
from tracking import stopping


@transaction.atomic
def stop(campaign: Campaign, *, erase: bool) -> bool:
    """Stop measuring `campaign`, and say whether this call changed anything.

    Totals stay; with `erase`, what was recorded of people goes. Mails that wait carry neither
    pixel nor tracked links from then on: see `querysets.ledger`.
    """
    mine = Campaign.objects.filter(pk=campaign.pk, measuring_stopped_at__isnull=True)
    stopped = mine.update(measuring_stopped_at=Now()) == 1
    stopping.stop(campaign.pk, campaign.workspace_id)
    erased = stopping.erase(campaign.pk) if erase else 0
    return stopped or erased > 0
