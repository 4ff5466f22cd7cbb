"""How far a campaign is, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models.functions import Now

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery

# The rate of the last moments: what a marketer sees happening.
RECENT = timedelta(seconds=15)


@dataclass(frozen=True)
class Progress:
    """Every delivery is in exactly one of these; together they are `total`."""

    total: int
    sent: int
    failed: int
    unknown: int
    suppressed: int
    cancelled: int
    remaining: int
    # Mails per second, of late.
    rate: float
    seconds_left: int | None

    @property
    def decided(self) -> int:
        """How many are over and done with."""
        return self.total - self.remaining


def progress(campaign: Campaign) -> Progress:
    """Count the campaign's deliveries. Two queries, one of them on an index."""
    deliveries = Delivery.objects.filter(campaign=campaign)
    counts = deliveries.counts()
    remaining = sum(counts.get(state, 0) for state in ("pending", "claimed", "sending"))
    rate = _rate(campaign) if campaign.status == Campaign.Status.SENDING else 0.0
    return Progress(
        total=sum(counts.values()),
        sent=counts.get("sent", 0),
        failed=counts.get("failed", 0),
        unknown=counts.get("unknown", 0),
        suppressed=counts.get("suppressed", 0),
        cancelled=counts.get("cancelled", 0),
        remaining=remaining,
        rate=rate,
        seconds_left=round(remaining / rate) if rate and remaining else None,
    )


def _rate(campaign: Campaign) -> float:
    recent = Delivery.objects.filter(campaign=campaign).decided_since(Now() - RECENT)
    count, seconds = recent.pace()
    return count / seconds if seconds else 0.0
