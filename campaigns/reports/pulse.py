"""Whether a campaign has moved: what an open report asks each second.

Reads the few counters of one campaign; no event is counted for it. Only when there is
something new does the page ask for its figures. Hits of so few that their totals are hidden
are no news: the moment of each would be told.
"""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.reports import ledger
from campaigns.reports.querysets import engagement as questions
from campaigns.reports.querysets.engagement import HitRow
from tracking.models import Mode


def of(campaign_id: int) -> int:
    """Return a number that grows with each hit that is shown."""
    hits = questions.hit_rows([campaign_id])
    # How many are only counted matters where any of their hits came.
    totals = any(row.mode == Mode.AGGREGATE for row in hits)
    return of_hits(hits, hides_totals=totals and ledger.of(campaign_id).hides_totals)


def of_hits(hits: Iterable[HitRow], *, hides_totals: bool) -> int:
    """Return the same of counters that are at hand."""
    return sum(
        row.opens + row.clicks for row in hits if not (hides_totals and row.mode == Mode.AGGREGATE)
    )
