"""Whether a campaign has moved: what an open report asks each second.

Reads the few counters of one campaign; neither events nor deliveries are counted for it.
Only when there is something new does the page ask for its figures.
"""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.reports.querysets import engagement as questions
from campaigns.reports.querysets.engagement import HitRow


def of(campaign_id: int) -> int:
    """Return a number that grows with each hit that is counted."""
    return of_hits(questions.hit_rows([campaign_id]))


def of_hits(hits: Iterable[HitRow]) -> int:
    """Return the same of counters that are at hand."""
    return sum(row.opens + row.clicks for row in hits)
