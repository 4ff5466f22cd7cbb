"""How a campaign's deliveries stood when they were last counted."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from campaigns.composing.models import Campaign


class Reckoning(models.Model):
    """What a count of a large campaign found, so that not every look has to count.

    What it is worth is decided by `campaigns.sending.reckoning`: no row here is ever
    believed for its own sake.
    """

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, primary_key=True, related_name="reckoning"
    )
    # When a count was last begun, and when the one began whose figures are here. They
    # differ while somebody counts, and for good when whoever did died over it.
    begun_at = models.DateTimeField(default=timezone.now)
    counted_at = models.DateTimeField(default=timezone.now)
    # In seconds: what it costs to count again.
    took = models.FloatField()
    # What the campaign was while it was counted.
    status = models.CharField(max_length=10)
    finished_at = models.DateTimeField(null=True)
    # Something was told of one of its mails since the last count began.
    is_doubted = models.BooleanField(default=True)
    # See `querysets.reckonings`: rows of `Row`, of `Answer` and of `Return`.
    rows = models.JSONField()
    answers = models.JSONField()
    returns = models.JSONField()

    def __str__(self) -> str:
        return f"{self.campaign_id} at {self.counted_at}"
