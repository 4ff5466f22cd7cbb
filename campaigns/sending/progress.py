"""How far a campaign is, in numbers that add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from campaigns.composing.models import Campaign
from campaigns.sending import reckoning

# A look this old is renewed: the rate is that of the last moments.
LONGEST_LOOK = 20.0
SHORTEST_LOOK = 0.5


@dataclass(frozen=True)
class Look:
    """How many were decided at a moment. Two looks make a rate, and cost no index."""

    at: float
    decided: int

    def __str__(self) -> str:
        return f"{self.at:.1f}-{self.decided}"


@dataclass(frozen=True)
class Progress:
    """Every delivery is in exactly one of these; together they are `total`."""

    total: int
    sent: int
    failed: int
    expired: int
    unknown: int
    suppressed: int
    cancelled: int
    remaining: int
    # Mails per second between this look and an earlier one; None without one.
    rate: float | None
    seconds_left: int | None
    # What to pass to the next call.
    look: Look
    # When this was counted, and whether it is how it stays.
    at: datetime
    is_final: bool

    @property
    def decided(self) -> int:
        """How many are over and done with."""
        return self.total - self.remaining


def progress(campaign: Campaign, before: Look | None = None, *, later: int = 0) -> Progress:
    """Say how the campaign's deliveries stand; with an earlier look, also their pace.

    `later` of them wait for their own hour: no pace makes that come sooner.
    """
    stands = reckoning.of(campaign.pk)
    counts = Counter[str]()
    for row in stands.rows:
        counts[row.state] += row.deliveries
    remaining = sum(counts.get(state, 0) for state in ("pending", "claimed", "sending"))
    total = sum(counts.values())
    now = Look(stands.at.timestamp(), total - remaining)
    at_once = remaining - later
    rate = _rate(before, now) if campaign.status == Campaign.Status.SENDING else None
    return Progress(
        total=total,
        sent=counts.get("sent", 0),
        failed=counts.get("failed", 0),
        expired=counts.get("expired", 0),
        unknown=counts.get("unknown", 0),
        suppressed=counts.get("suppressed", 0),
        cancelled=counts.get("cancelled", 0),
        remaining=remaining,
        rate=rate,
        seconds_left=round(at_once / rate) if rate and at_once > 0 else None,
        look=_next(before, now),
        at=stands.at,
        is_final=stands.is_final,
    )


def read_look(text: str) -> Look | None:
    """Read what a page kept of its last look, or None."""
    at, _dash, decided = text[:40].partition("-")
    try:
        return Look(float(at), int(decided))
    except ValueError:
        return None


def _rate(before: Look | None, now: Look) -> float | None:
    if before is None or not SHORTEST_LOOK <= now.at - before.at <= 10 * LONGEST_LOOK:
        return None
    return max(0.0, (now.decided - before.decided) / (now.at - before.at))


def _next(before: Look | None, now: Look) -> Look:
    """Go on measuring from `before` while it is fresh, so that the rate does not flicker."""
    fresh = before is not None and 0 <= now.at - before.at <= LONGEST_LOOK
    return before if before is not None and fresh else now
