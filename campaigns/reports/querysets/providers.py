"""What became of a campaign at each domain, and what its people did."""

from __future__ import annotations

from datetime import timedelta
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


# Of the large ones, that sending remembers. What went out long ago and was never counted
# waits for a visitor: there may be thousands.
DUE = """
SELECT k.id
  FROM sending_reckoning r
  JOIN composing_campaign k ON k.id = r.campaign_id
  LEFT JOIN reports_mailboxcount m ON m.campaign_id = k.id
 WHERE CASE
       WHEN m.campaign_id IS NULL THEN
            k.status IN ('sending', 'paused') OR k.finished_at > now() - interval '1 day'
       ELSE m.counted_at < now() - make_interval(secs => greatest(%(pause)s, m.took * %(times)s))
            AND (m.counted_at < r.counted_at
                 OR m.hits <> (SELECT coalesce(sum(c.opens + c.clicks), 0)
                                 FROM tracking_campaigncount c WHERE c.campaign_id = k.id)) END
"""


def due(*, pause: timedelta, times: float) -> list[int]:
    """Return the large campaigns of which something came since they were counted.

    Between two counts lies `pause`, and `times` as long as counting takes.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"pause": pause.total_seconds(), "times": times})
        return [pk for (pk,) in cursor.fetchall()]


def domain_rows(campaign_id: int) -> list[DomainRow]:
    """Count a campaign's recipients and what they did by domain. Looks at every delivery."""
    with connection.cursor() as cursor:
        cursor.execute(DOMAINS, {"campaign": campaign_id})
        return [DomainRow(*row) for row in cursor.fetchall()]
