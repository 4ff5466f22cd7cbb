"""What became of a campaign at each domain, and what its people did."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class DomainRow(NamedTuple):
    """A domain of recipients."""

    domain: str
    sent: int
    bounced: int
    complained: int
    # People who may be measured, and what they did.
    measured: int
    clicks_measured: int
    openers_sure: int
    openers_possible: int
    clickers: int


DOMAINS = """
SELECT d.domain,
       count(*) FILTER (WHERE d.state = 'sent'),
       count(*) FILTER (WHERE d.state = 'sent' AND d.hard_bounced_at IS NOT NULL),
       count(d.complained_at),
       count(*) FILTER (WHERE d.state = 'sent' AND d.hard_bounced_at IS NULL
                          AND d.mode = 'individual'),
       count(*) FILTER (WHERE d.state = 'sent' AND d.hard_bounced_at IS NULL
                          AND coalesce(nullif(d.click_mode, ''), d.mode) = 'individual'),
       -- A click tells of no open where opens are not to be known.
       count(*) FILTER (WHERE e.opens_sure + e.clicks_sure * (NOT e.clicks_only)::int > 0),
       count(*) FILTER (WHERE e.opens_sure + e.opens_uncertain
                              + (e.clicks_sure + e.clicks_uncertain)
                                * (NOT e.clicks_only)::int > 0),
       count(*) FILTER (WHERE e.clicks_sure > 0)
  FROM sending_delivery d
  LEFT JOIN tracking_engagement e ON e.campaign_id = %(campaign)s AND e.delivery_id = d.id
 WHERE d.campaign_id = %(campaign)s
 GROUP BY 1
"""


def domain_rows(campaign_id: int) -> list[DomainRow]:
    """Count a campaign's recipients and what they did by domain. Looks at every delivery."""
    with connection.cursor() as cursor:
        cursor.execute(DOMAINS, {"campaign": campaign_id})
        return [DomainRow(*row) for row in cursor.fetchall()]
