"""Questions about campaigns, and the guarded moves between their states."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.composing.models import Campaign


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Campaigns, in the words of the field."""

    def due(self) -> CampaignQuerySet:
        """Scheduled campaigns whose moment has come, by the database's clock."""
        return self.filter(status="scheduled", scheduled_at__lte=Now())

    def move(self, *, source: Collection[str], target: str, **facts: Any) -> bool:
        """Change the status of the one campaign, and say whether this call did it."""
        return self.filter(status__in=source).update(status=target, **facts) == 1


def list_ids(campaign_id: int) -> list[int]:
    """Return the lists that a campaign goes to."""
    # The models import this module for their managers.
    through = apps.get_model("composing", "Campaign").lists.through
    return list(through.objects.filter(campaign=campaign_id).values_list("list_id", flat=True))
