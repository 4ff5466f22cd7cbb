"""Questions about what is not confirmed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from campaigns.audience.models import Unsubscription
from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery, ProviderEvent
from campaigns.sending.querysets.deliveries import DeliveryQuerySet
from tracking.models import Engagement

# Of the delivery that is asked about.
OURS = OuterRef("pk")


def recent(longest: timedelta) -> DeliveryQuerySet:
    """Return what is in doubt, and not for longer than this."""
    return Delivery.objects.unknown().filter(unknown_since__gte=Now() - longest)


def used(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """Of these, the mails that somebody opened or clicked in."""
    return rows.filter(Exists(Engagement.objects.filter(delivery_id=OURS)))


def left(rows: DeliveryQuerySet) -> DeliveryQuerySet:
    """Of these, the mails through which somebody left."""
    return rows.filter(Exists(Unsubscription.objects.filter(delivery_id=OURS)))


def told(rows: DeliveryQuerySet, kinds: Collection[str]) -> DeliveryQuerySet:
    """Of these, the mails of which a provider told one of `kinds`, whenever that was."""
    return rows.filter(Exists(ProviderEvent.objects.filter(delivery=OURS, kind__in=kinds)))


def told_since(rows: DeliveryQuerySet, kinds: Collection[str]) -> DeliveryQuerySet:
    """The same of their last try: what happened before its intent says nothing of it.

    Some providers tell whole seconds.
    """
    events = ProviderEvent.objects.filter(delivery=OURS, kind__in=kinds)
    since = events.filter(received_at__gte=OuterRef("sending_at"))
    last = since.filter(at__gt=OuterRef("sending_at") - timedelta(seconds=1))
    return rows.filter(Q(attempt__lte=1) & Exists(since) | Exists(last))


def campaigns_due(*, wait: timedelta, longest: timedelta) -> list[int]:
    """Return the campaigns that chose to send again, and have something to send again."""
    due = recent(longest).filter(
        resends=0,
        unknown_since__lt=Now() - wait,
        campaign__on_unknown=Campaign.OnUnknown.RETRY,
        campaign__status__in=(Campaign.Status.SENDING, Campaign.Status.SENT),
    )
    return list(due.order_by().values_list("campaign", flat=True).distinct())
