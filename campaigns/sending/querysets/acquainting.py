"""Which providers know a sender, and how far those have come who are getting to know it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from campaigns.sending.models.pace import nothing_spent

MEET = """
INSERT INTO sending_throttle
       (sender_id, provider_id, mailbox, kind, period, most, slot, spent, granted, ceiling,
        earned, eased_at)
SELECT %(sender)s, %(provider)s, '', 'new', 60, %(first)s, 0, %(spent)s, 0, %(last)s,
       0, clock_timestamp()
 WHERE NOT EXISTS (SELECT FROM sending_acquaintance
                    WHERE sender_id = %(sender)s AND provider_id = %(provider)s)
    ON CONFLICT DO NOTHING
"""

# As much as a minute lets through was taken: the next minute lets twice as much through.
DOUBLE = """
UPDATE sending_throttle t
   SET most = CASE WHEN is_due THEN t.most * 2 ELSE t.most END,
       earned = CASE WHEN is_due THEN 0 ELSE t.earned + %(n)s END,
       eased_at = CASE WHEN is_due THEN clock_timestamp() ELSE t.eased_at END
  FROM (SELECT id, earned + %(n)s >= most
                   AND eased_at < clock_timestamp() - interval '1 minute' AS is_due
          FROM sending_throttle
         WHERE sender_id = %(sender)s AND provider_id = %(provider)s AND kind = 'new'
           FOR UPDATE) seen
 WHERE t.id = seen.id
"""

# In one statement, or a worker in between would let it begin anew.
END = """
WITH ended AS (
    DELETE FROM sending_throttle
     WHERE sender_id = %(sender)s AND provider_id = %(provider)s AND kind = 'new'
       AND most >= ceiling
    RETURNING sender_id, provider_id
)
INSERT INTO sending_acquaintance (sender_id, provider_id, met_at)
SELECT sender_id, provider_id, statement_timestamp() FROM ended ON CONFLICT DO NOTHING
"""

# A sender's own provider is as new as the sender: that is what its warm-up is for.
KNOW = """
INSERT INTO sending_acquaintance (sender_id, provider_id, met_at)
SELECT id, provider_id, statement_timestamp() FROM accounts_sender
 WHERE id = %(sender)s AND provider_id = %(provider)s
    ON CONFLICT DO NOTHING
"""


def meet(sender_id: int, provider_id: int, *, first: int, last: int) -> bool:
    """Let a provider that is new to the sender begin with a few; say whether this call did."""
    values = {"first": first, "last": last, "spent": nothing_spent()}
    return _run(MEET, values | _pair(sender_id, provider_id)) == 1


def double(sender_id: int, provider_id: int, taken: int) -> None:
    """Count so many mails that it took, and let more through when they were enough."""
    pair = _pair(sender_id, provider_id)
    _run(DOUBLE, pair | {"n": taken})
    _run(END, pair)


def know(sender_id: int, provider_id: int) -> None:
    """The sender's own provider has taken mails of it."""
    _run(KNOW, _pair(sender_id, provider_id))


def _pair(sender_id: int, provider_id: int) -> dict[str, Any]:
    return {"sender": sender_id, "provider": provider_id}


def _run(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
