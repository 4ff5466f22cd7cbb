"""How a sender did in the last seven days, over all its campaigns.

What servers answered was added up by the lanes, a row per campaign and day; what providers
told since is read from an index of its own. Mails about which a person has decided are in
no row any more, and what is told of them later does not count either.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

DAYS = 7

WEEK = f"""
WITH mailed AS (
    SELECT campaign_id, sum(handed) AS handed, sum(dead) AS dead, min(begun_at) AS since
      FROM sending_daytally
     WHERE sender_id = %(sender)s
       AND day > (statement_timestamp() AT TIME ZONE 'UTC')::date - {DAYS}
     GROUP BY campaign_id
)
SELECT COALESCE(sum(m.handed), 0)::bigint, COALESCE(sum(m.dead + told.dead), 0)::bigint,
       COALESCE(sum(told.complaints), 0)::bigint
  FROM mailed m CROSS JOIN LATERAL (
       SELECT count(*) FILTER (
                  WHERE d.hard_bounced_at IS NOT NULL
                    -- In the tally already: it was refused at the door.
                    AND NOT (d.state = 'failed' AND d.enhanced_code LIKE '5.1.%%')) AS dead,
              count(d.complained_at) AS complaints
         FROM sending_delivery d
        WHERE d.campaign_id = m.campaign_id AND d.done_at >= m.since
          AND (d.hard_bounced_at IS NOT NULL OR d.complained_at IS NOT NULL)) AS told
"""  # noqa: S608 - constants of this module

FORGET = f"""
DELETE FROM sending_daytally
 WHERE day <= (statement_timestamp() AT TIME ZONE 'UTC')::date - {DAYS}
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True)
class Week:
    """So many mails of a sender, and what became of them."""

    handed: int
    dead: int
    complaints: int

    @property
    def dead_percent(self) -> float:
        """Of a hundred addresses, how many did not exist."""
        return 100 * self.dead / max(self.handed, 1)

    @property
    def complaint_percent(self) -> float:
        """Of a hundred people, how many reported a mail as spam."""
        return 100 * self.complaints / max(self.handed, 1)


NONE = Week(0, 0, 0)


def of(sender_id: int) -> Week:
    """Return how the sender did, in one query that reads none of the mails that went well."""
    with connection.cursor() as cursor:
        cursor.execute(WEEK, {"sender": sender_id})
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate has one row
    return Week(*row)


def forget() -> int:
    """Forget older days, and return how many rows that is."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        return int(cursor.rowcount)
