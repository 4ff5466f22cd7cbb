"""Count what went wrong in campaigns that are under way, cheaply enough for every tick.

What went wrong is read from an index of its own. What it is measured against is counted only
where something went wrong, and only as far as it takes to say that it was too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.sending.pacing import domains

# RFC 3463: X.1.X is about the address, X.7.X about security and policy.
_DEAD = "(hard_bounced_at IS NOT NULL OR (state = 'failed' AND enhanced_code LIKE '5.1.%%'))"
_BLOCKED = "(state IN ('failed', 'pending') AND enhanced_code ~ '^[45]\\.7\\.')"
_DONE = "state IN ('sent', 'failed', 'unknown')"
# The words of the index `sending_delivery_trouble`.
_TROUBLE = """(code >= 400 OR state IN ('failed', 'unknown')
               OR hard_bounced_at IS NOT NULL OR complained_at IS NOT NULL)"""

TROUBLE = f"""
SELECT d.campaign_id,
       COALESCE(m.name, %(other)s) AS mailbox,
       count(*) FILTER (WHERE {_DONE} AND {_DEAD} AND at > COALESCE(s.whole, '-infinity')),
       count(*) FILTER (WHERE complained_at IS NOT NULL
                          AND at > COALESCE(s.whole, '-infinity')),
       count(*) FILTER (WHERE state IN ('failed', 'unknown') AND NOT {_DEAD} AND NOT {_BLOCKED}
                          AND at > COALESCE(s.whole, '-infinity')),
       count(*) FILTER (WHERE {_BLOCKED}
                          AND at > COALESCE(GREATEST(s.whole, p.part), '-infinity'))
  FROM (SELECT *, COALESCE(done_at, sending_at, next_at) AS at FROM sending_delivery
         WHERE campaign_id = ANY(%(campaigns)s) AND {_TROUBLE}) d
  LEFT JOIN unnest(%(domains)s::text[], %(names)s::text[]) AS m(domain, name)
       ON m.domain = d.domain
  LEFT JOIN (SELECT campaign_id, max(lifted_at) AS whole FROM sending_alarm
              WHERE mailbox = '' GROUP BY campaign_id) s ON s.campaign_id = d.campaign_id
  LEFT JOIN (SELECT campaign_id, mailbox, max(lifted_at) AS part FROM sending_alarm
              GROUP BY campaign_id, mailbox) p
       ON p.campaign_id = d.campaign_id AND p.mailbox = COALESCE(m.name, %(other)s)
 GROUP BY 1, 2
"""  # noqa: S608 - constants of this module

HANDED = """
SELECT count(*) FROM (
    SELECT FROM sending_delivery
     WHERE campaign_id = %(campaign)s
       AND COALESCE(done_at, sending_at, next_at)
           > COALESCE(%(since)s::timestamptz, '-infinity') AND {which}
     LIMIT %(limit)s) AS seen
"""

SINCE = """
SELECT max(lifted_at) FROM sending_alarm
 WHERE campaign_id = %s AND mailbox IN ('', %s)
"""


@dataclass
class Trouble:
    """What went wrong in a campaign since its breaker last tripped."""

    hard_bounces: int = 0
    complaints: int = 0
    errors: int = 0
    # Per mailbox provider.
    blocks: dict[str, int] = field(default_factory=dict)


def trouble(campaign_ids: Sequence[int]) -> dict[int, Trouble]:
    """Count what went wrong in each of these campaigns, in one query."""
    pairs = [(domain, name) for name, known in domains.DOMAINS.items() for domain in known]
    values: dict[str, Any] = {
        "campaigns": list(campaign_ids),
        "domains": [domain for domain, _name in pairs],
        "names": [name for _domain, name in pairs],
        "other": domains.OTHER,
    }
    found: dict[int, Trouble] = {}
    with connection.cursor() as cursor:
        cursor.execute(TROUBLE, values)
        for campaign_id, mailbox, hard, complaints, errors, blocks in cursor.fetchall():
            one = found.setdefault(campaign_id, Trouble())
            one.hard_bounces += hard
            one.complaints += complaints
            one.errors += errors
            if blocks:
                one.blocks[mailbox] = blocks
    return found


def handed(campaign_id: int, *, limit: int, mailbox: str = "") -> int:
    """Count what was handed over since the breaker last tripped, up to `limit`.

    For one mailbox provider, what it refused for now counts as handed over.
    """
    values: dict[str, Any] = {"campaign": campaign_id, "limit": limit}
    values["since"] = _since(campaign_id, mailbox)
    which = _DONE
    if mailbox:
        where, values["domains"] = domains.condition(mailbox)
        which = f"({_DONE} OR {_BLOCKED}) AND {where}"
    with connection.cursor() as cursor:
        cursor.execute(HANDED.format(which=which), values)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _since(campaign_id: int, mailbox: str) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(SINCE, (campaign_id, mailbox))
        row = cursor.fetchone()
    return row[0] if row else None
