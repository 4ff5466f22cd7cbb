"""Questions about what is not confirmed."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery


def campaigns_due(*, wait: timedelta, longest: timedelta) -> list[int]:
    """Return the campaigns that chose to send again, and have something to send again."""
    due = Delivery.objects.unknown().filter(
        resends=0,
        unknown_since__lt=Now() - wait,
        unknown_since__gt=Now() - longest,
        campaign__on_unknown=Campaign.OnUnknown.RETRY,
        campaign__status__in=(Campaign.Status.SENDING, Campaign.Status.SENT),
    )
    return list(due.order_by().values_list("campaign", flat=True).distinct())
