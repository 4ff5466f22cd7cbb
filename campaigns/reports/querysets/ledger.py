"""What became of deliveries, counted by the database."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Count, Q

from campaigns.audience.models import Unsubscription
from campaigns.sending.models import Delivery, ProviderEvent


class LedgerRow(NamedTuple):
    """Deliveries of one campaign that are in the same state and mode."""

    campaign_id: int
    state: str
    mode: str
    deliveries: int
    bounced: int
    soft_bounced: int
    complained: int
    confirmed: int
    # Not bounced, and the person's clicks may be recorded one by one.
    clicks_measured: int = 0


class Reason(NamedTuple):
    """Why mails did not arrive, and how many."""

    code: int | None
    enhanced_code: str
    reason: str
    deliveries: int


_CLICKS = Q(click_mode="individual") | Q(click_mode="", mode="individual")


def ledger_rows(campaign_ids: Collection[int]) -> list[LedgerRow]:
    """Count the deliveries of campaigns by state and mode."""
    rows = (
        Delivery.objects.filter(campaign__in=campaign_ids)
        .order_by()
        .values_list("campaign_id", "state", "mode")
        .annotate(
            deliveries=Count("*"),
            bounced=Count("hard_bounced_at"),
            # Some providers tell of a soft bounce first and give up later: that is one bounce.
            soft_bounced=Count("soft_bounced_at", filter=Q(hard_bounced_at__isnull=True)),
            complained=Count("complained_at"),
            confirmed=Count("delivered_at", filter=Q(hard_bounced_at__isnull=True)),
            clicks_measured=Count("pk", filter=_CLICKS & Q(hard_bounced_at__isnull=True)),
        )
    )
    return [LedgerRow(*row) for row in rows]


def failure_reasons(campaign_id: int, limit: int = 8) -> list[Reason]:
    """Why mails of a campaign failed or were left unconfirmed, the commonest first."""
    rows = (
        Delivery.objects.filter(campaign=campaign_id, state__in=["failed", "expired", "unknown"])
        .order_by()
        .values_list("code", "enhanced_code", "reason")
        .annotate(deliveries=Count("*"))
        .order_by("-deliveries", "reason")[:limit]
    )
    return [Reason(*row) for row in rows]


def bounce_reasons(campaign_id: int, limit: int = 8) -> list[tuple[str, int]]:
    """What receiving servers said of mails they returned, the commonest first."""
    rows = (
        ProviderEvent.objects.filter(delivery__campaign=campaign_id, kind="bounced")
        .order_by()
        .values_list("description")
        .annotate(deliveries=Count("delivery", distinct=True))
        .order_by("-deliveries", "description")[:limit]
    )
    return list(rows)


def unsubscribed(campaign_ids: Collection[int]) -> dict[int, int]:
    """Count the people who left through campaigns, by campaign; none is no key."""
    rows = (
        Unsubscription.objects.standing()
        .filter(campaign_id__in=campaign_ids)
        .order_by()
        .values_list("campaign_id")
        # A delivery stays when its contact is erased, and is as good as a person here.
        .annotate(people=Count("delivery_id", distinct=True))
    )
    return {campaign_id: people for campaign_id, people in rows if campaign_id is not None}
