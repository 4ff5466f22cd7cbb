"""Who got a campaign that is over, a bit each, so that segments need not read its deliveries."""

from __future__ import annotations

from django.db import models

from campaigns.composing.models import Campaign
from tracking.bits import Bits


class Digest(models.Model):
    """A campaign that is over, whose mails `MailBits` tells.

    It is believed only while the campaign is what it was: see `querysets.digests`.
    """

    campaign = models.OneToOneField(
        Campaign, models.CASCADE, primary_key=True, related_name="digest"
    )
    status = models.CharField(max_length=10)
    finished_at = models.DateTimeField(null=True)
    # Between which moments the mails were handed over that may have been read; null: none.
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.campaign_id}, {self.status}"


class MailBits(models.Model):
    """What became of a campaign's mails to the contacts of a block: `Delivery` once more.

    A trigger of the database keeps it when a mail's fate changes later (a migration made it).
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+", db_index=False)
    block = models.BigIntegerField()
    sent = Bits()
    # May have been read: sent, or not confirmed, and did not come back.
    out = Bits()
    # Of these, who is measured in opens, or clicks, not one by one. It goes for those only who
    # never took anything back.
    hidden_opens = Bits()
    hidden_clicks = Bits()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "block"], name="sending_mailbits_once")
        ]

    def __str__(self) -> str:
        return f"block {self.block} in {self.campaign_id}"
