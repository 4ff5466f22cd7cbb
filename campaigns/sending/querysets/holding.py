"""Let one mailbox provider's part of a campaign wait without an end, and let it go on again.

The rows are moved in time and not in state: far into the future, and back by exactly as much,
so that each keeps its own moment.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from campaigns.sending.pacing import domains
from campaigns.sending.querysets.deliveries import HELD

# Whatever waits half as long is held.
_FAR, _HALF = (f"interval '{part // timedelta(hours=1)} hours'" for part in (HELD, HELD / 2))
ROWS = 20_000

# What is chosen is chosen once: a LIMIT in a subquery that locks would choose anew for each row
# that a nested loop tries, and pass over those it has moved already.
MOVE = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM sending_delivery
     WHERE campaign_id = %(campaign)s AND state = 'pending'
       AND next_at {than} statement_timestamp() + {half} AND {mailbox}
     LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE sending_delivery d SET next_at = d.next_at {sign} {far} FROM chosen WHERE d.id = chosen.id
"""

COUNT = """
SELECT count(*) FROM sending_delivery
 WHERE campaign_id = %(campaign)s AND state = 'pending'
   AND next_at > statement_timestamp() + {half} AND {mailbox}
"""

# All that a shift has to know before it begins.
BRAKES = """
SELECT EXISTS (SELECT FROM sending_throttle
                WHERE (sender_id IS NULL OR sender_id = %(sender)s)
                  AND (provider_id IS NULL OR provider_id = %(provider)s)),
       (SELECT CASE WHEN waits_until IS NULL THEN 'out' ELSE 'waiting' END
          FROM sending_canary WHERE campaign_id = %(campaign)s AND ended_at IS NULL),
       ARRAY(SELECT mailbox FROM sending_alarm
              WHERE campaign_id = %(campaign)s AND lifted_at IS NULL AND mailbox <> ''
                -- A few of it may go: the rest is out of reach anyway.
                AND released = 0)
"""


def hold(campaign_id: int, mailbox: str) -> int:
    """Let what waits for a mailbox provider wait on, and return how many rows that is."""
    return _move(campaign_id, mailbox, sign="+", than="<")


def let_go(campaign_id: int, mailbox: str) -> int:
    """Give the rows that were held their own moments back, and return how many."""
    return _move(campaign_id, mailbox, sign="-", than=">")


def let_some_go(campaign_id: int, mailbox: str, most: int) -> int:
    """Give up to `most` of the rows that were held their own moments back; return how many."""
    return _move_some(campaign_id, mailbox, sign="-", than=">", most=most)


def count_held(campaign_id: int, mailbox: str) -> int:
    """Count the rows of a campaign that are held."""
    where, known = domains.condition(mailbox)
    sql = COUNT.format(half=_HALF, mailbox=where)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"campaign": campaign_id, "domains": known})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def brakes(campaign_id: int, sender_id: int, provider_id: int) -> tuple[bool, str, frozenset[str]]:
    """Return whether limits hold the sender at the provider, how its canary is, what is held."""
    values = {"campaign": campaign_id, "sender": sender_id, "provider": provider_id}
    with connection.cursor() as cursor:
        cursor.execute(BRAKES, values)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return bool(row[0]), row[1] or "", frozenset(row[2])


def _move(campaign_id: int, mailbox: str, *, sign: str, than: str) -> int:
    moved = 0
    # In parts, so that no worker waits long for a row.
    while some := _move_some(campaign_id, mailbox, sign=sign, than=than, most=ROWS):
        moved += some
    return moved


def _move_some(campaign_id: int, mailbox: str, *, sign: str, than: str, most: int) -> int:
    where, known = domains.condition(mailbox)
    sql = MOVE.format(sign=sign, than=than, far=_FAR, half=_HALF, mailbox=where)
    values: dict[str, Any] = {"campaign": campaign_id, "domains": known, "limit": most}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
