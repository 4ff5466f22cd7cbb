"""Who left through campaigns, counted by the database."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count

from campaigns.audience.models import Unsubscription


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
