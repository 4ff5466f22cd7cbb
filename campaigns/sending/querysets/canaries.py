"""Choose the first few of a large campaign, count them out, and let the rest go.

The few are an allowance and not a list: no row of the rest is touched, so nothing of it can
be lost or go twice, and letting it go costs one statement.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import connection

BEGIN = """
INSERT INTO sending_canary (campaign_id, size, taken)
SELECT %(campaign)s, %(size)s, 0
 WHERE (SELECT count(*) FROM (SELECT FROM sending_delivery WHERE campaign_id = %(campaign)s
                               LIMIT %(over)s + 1) AS first) > %(over)s
    ON CONFLICT DO NOTHING
"""

# For a crowd that joined a campaign that is out: its first few are counted from none again.
BEGIN_AGAIN = """
INSERT INTO sending_canary AS c (campaign_id, size, taken)
SELECT %(campaign)s, %(size)s, 0
 WHERE EXISTS (SELECT FROM composing_campaign
                WHERE id = %(campaign)s AND status IN ('sending', 'sent'))
    ON CONFLICT (campaign_id) DO UPDATE
   SET size = EXCLUDED.size, taken = 0, waits_until = NULL, ended_at = NULL
 WHERE c.ended_at IS NOT NULL
"""

# The clock starts when the last of the few is taken.
TAKE = """
WITH found AS (
    SELECT id, LEAST(%(n)s, size - taken) AS n, size, taken FROM sending_canary
     WHERE campaign_id = %(campaign)s AND ended_at IS NULL FOR UPDATE
),
moved AS (
    UPDATE sending_canary c
       SET taken = c.taken + f.n,
           waits_until = CASE WHEN f.taken + f.n >= f.size
                              THEN COALESCE(c.waits_until, clock_timestamp() + %(wait)s)
                         END
      FROM found f WHERE c.id = f.id
)
SELECT n FROM found
"""

END_DUE = """
UPDATE sending_canary c SET ended_at = clock_timestamp()
  FROM composing_campaign k
 WHERE k.id = c.campaign_id AND k.status = 'sending' AND c.ended_at IS NULL
   AND c.waits_until <= clock_timestamp() AND c.campaign_id <> ALL(%(but)s::bigint[])
RETURNING c.campaign_id
"""

# Those who read most lately among the first few thousand rows of these, and of the others a few of
# each domain: a look at all would cost a large launch seconds. Only rows that are due, so
# that nobody gets it before their own time.
PREFER = """
WITH first AS (
    SELECT d.id, d.contact_id, d.domain FROM sending_delivery d
     WHERE d.campaign_id = %(campaign)s AND d.state = 'pending'
       AND d.next_at <= statement_timestamp() AND d.id > %(after)s
     ORDER BY d.id LIMIT %(among)s
),
read AS (
    SELECT f.id, max(e.last_at) AS at FROM first f
      JOIN tracking_engagement e ON e.contact_id = f.contact_id
     WHERE e.opens_sure + e.opens_uncertain + e.clicks_sure + e.clicks_uncertain > 0
     GROUP BY f.id
),
ranked AS (
    SELECT f.id, r.at, row_number() OVER (
               PARTITION BY f.domain ORDER BY r.at DESC NULLS LAST, f.id) AS of_domain
      FROM first f LEFT JOIN read r USING (id)
)
UPDATE sending_delivery
   -- Before whoever waits already.
   SET next_at = (SELECT min(next_at) FROM sending_delivery
                   WHERE campaign_id = %(campaign)s AND next_at IS NOT NULL) - interval '1 minute'
 WHERE id IN (SELECT id FROM ranked ORDER BY (at IS NULL), of_domain, id LIMIT %(size)s)
"""
AMONG = 5_000


def begin(campaign_id: int, *, size: int, over: int) -> bool:
    """Hold all but the first few of a campaign with more than `over` deliveries.

    Says whether this call began it; a second one changes nothing.
    """
    values = {"campaign": campaign_id, "size": size, "over": over}
    if _run(BEGIN, values) != 1:
        return False
    prefer(campaign_id, size=size)
    return True


def begin_again(campaign_id: int, *, size: int) -> bool:
    """Hold all but the first few of those who are added now, unless a few are out already."""
    return _run(BEGIN_AGAIN, {"campaign": campaign_id, "size": size}) == 1


def prefer(campaign_id: int, *, size: int, after: int = 0) -> None:
    """Choose who is among the first few, of the deliveries with a higher id than `after`."""
    values = {"campaign": campaign_id, "size": size, "among": AMONG, "after": after}
    _run(PREFER, values)


def take(campaign_id: int, n: int, *, minutes: float) -> int | None:
    """Take up to `n` of the few, and return how many; None when the rest may go as well."""
    values: dict[str, Any] = {"campaign": campaign_id, "n": n, "wait": timedelta(minutes=minutes)}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def end_due(*, but: Collection[int] = ()) -> list[int]:
    """Let the rest of campaigns go whose wait is over, except of these; return their ids."""
    with connection.cursor() as cursor:
        cursor.execute(END_DUE, {"but": list(but)})
        return [row[0] for row in cursor.fetchall()]


def _run(sql: str, values: dict[str, int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
