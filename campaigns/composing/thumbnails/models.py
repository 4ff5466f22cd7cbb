"""The small picture of a campaign."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models

from campaigns.accounts.models import Workspace


class ThumbnailQuerySet(models.QuerySet["Thumbnail"]):
    """Small pictures, of which some are of what could not be shown."""

    def shown(self) -> ThumbnailQuerySet:
        """Leave out those that show nothing."""
        return self.exclude(image=b"")

    def among(self, campaign_ids: Collection[int]) -> set[int]:
        """Return which of these campaigns have a picture to show."""
        found = self.shown().filter(campaign__in=campaign_ids)
        return set(found.values_list("campaign", flat=True))


class Thumbnail(models.Model):
    """How a campaign looked in one version. In the database, where every host of it finds it."""

    campaign = models.OneToOneField(
        "composing.Campaign", models.CASCADE, primary_key=True, related_name="thumbnail"
    )
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False)
    version = models.PositiveIntegerField()
    # A PNG of some ten kilobytes; empty where this version could not be shown.
    image = models.BinaryField()

    objects = ThumbnailQuerySet.as_manager()

    def __str__(self) -> str:
        return f"version {self.version} of {self.campaign_id}"
