"""Begin, raise and end a sender's warm-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

DUE = """
SELECT r.sender_id, r.step FROM sending_ramp r
  JOIN sending_throttle t ON t.sender_id = r.sender_id AND t.kind = 'ramp'
 WHERE r.stepped_at <= statement_timestamp() - interval '1 day'
   AND t.granted - r.granted_before >= (t.most + 1) / 2
   AND NOT EXISTS (SELECT FROM sending_alarm a
                     JOIN composing_campaign k ON k.id = a.campaign_id
                    WHERE k.sender_id = r.sender_id AND a.cause NOT IN ('provider', 'database')
                      AND ((a.lifted_at IS NULL AND k.status IN ('sending', 'paused'))
                           OR a.raised_at > statement_timestamp() - interval '1 day'))
"""

# The step is named, so that two ticks at once raise it once.
STEP = """
WITH stepped AS (
    UPDATE sending_ramp r
       SET step = r.step + 1, stepped_at = statement_timestamp(), granted_before = t.granted
      FROM sending_throttle t
     WHERE r.sender_id = %(sender)s AND r.step = %(step)s
       AND t.sender_id = r.sender_id AND t.kind = 'ramp'
    RETURNING r.sender_id
)
UPDATE sending_throttle t SET most = %(most)s
  FROM stepped s WHERE t.sender_id = s.sender_id AND t.kind = 'ramp'
"""

# A limit that was there before keeps what was spent; a new one counts from now.
BEGIN = """
WITH begun AS (
    INSERT INTO sending_ramp (sender_id, step, started_at, stepped_at, granted_before)
    VALUES (%(sender)s, 0, statement_timestamp(), statement_timestamp(), 0)
        ON CONFLICT (sender_id) DO NOTHING RETURNING sender_id
)
INSERT INTO sending_throttle
       (sender_id, mailbox, kind, period, most, slot, spent, granted, earned)
SELECT sender_id, '', 'ramp', 86400, %(most)s, 0, %(spent)s, 0, 0 FROM begun
"""

END = """
WITH ended AS (DELETE FROM sending_ramp WHERE sender_id = %(sender)s RETURNING sender_id)
DELETE FROM sending_throttle t USING ended e
 WHERE t.sender_id = e.sender_id AND t.kind = 'ramp'
"""


def due() -> Sequence[tuple[int, int]]:
    """Return the senders whose day was used well and is over, and the steps they are on."""
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        return [(row[0], row[1]) for row in cursor.fetchall()]


def step(sender_id: int, *, source: int, most: int) -> bool:
    """Go on from a step to the next, and say whether this call did."""
    return _run(STEP, {"sender": sender_id, "step": source, "most": most}) == 1


def begin(sender_id: int, *, most: int, spent: list[int]) -> bool:
    """Begin at the first step, and say whether this call did."""
    return _run(BEGIN, {"sender": sender_id, "most": most, "spent": spent}) == 1


def end(sender_id: int) -> bool:
    """Lift the cap, and say whether there was one."""
    return _run(END, {"sender": sender_id}) == 1


def _run(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
