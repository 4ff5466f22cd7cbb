"""Send a large campaign to a few first, and to the rest when nothing bad became of it.

The breakers look at the few as they look at everything, and pause the campaign; what is not
paused when the wait is over goes on by itself.
"""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from campaigns.composing.models import Campaign
from campaigns.sending.models import Canary, Tally
from campaigns.sending.querysets import canaries


def begin(campaign: Campaign) -> bool:
    """Hold all but the first few if the campaign is large, and say whether this call did."""
    if not campaign.canary_first or not settings.CANARY_OVER:
        return False
    return canaries.begin(campaign.pk, size=settings.CANARY_SIZE, over=settings.CANARY_OVER)


def begin_again(campaign: Campaign, people: int) -> bool:
    """Hold all but the first few of so many newcomers, and say whether this call did.

    They are measured by themselves: among all who had it before, their harm would not show.
    """
    if not settings.CANARY_OVER or people <= settings.CANARY_OVER:
        return False
    with transaction.atomic():
        if not canaries.begin_again(campaign.pk, size=settings.CANARY_SIZE):
            return False
        Tally.objects.filter(campaign=campaign.pk).delete()
    return True


def release(*, but: Collection[int] = ()) -> list[int]:
    """Let the rest go where the wait is over and no breaker tripped; return the campaigns.

    Except of those in `but`: nobody could say whether a breaker should have tripped.
    """
    return canaries.end_due(but=but)


def end(campaign: Campaign) -> bool:
    """Let the rest go now, and say whether it was held."""
    held = Canary.objects.filter(campaign=campaign, ended_at__isnull=True)
    return held.update(ended_at=Now()) == 1


def choose(campaign: Campaign, *, first: bool) -> None:
    """Keep whether a few get it first, for a campaign that is not launched yet."""
    waiting = (Campaign.Status.DRAFT, Campaign.Status.SCHEDULED, Campaign.Status.MISSED)
    Campaign.objects.filter(pk=campaign.pk, status__in=waiting).update(canary_first=first)
    campaign.canary_first = first
