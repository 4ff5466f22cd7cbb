"""What happens to many deliveries at once: reaping, finishing, cancelling."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

# Rows that somebody writes to just now are passed over, as there is a next time: whoever waits
# for rows in another order than another may wait for ever.
REAP_CLAIMS = """
WITH late AS MATERIALIZED (
    SELECT d.id FROM sending_lease l JOIN sending_delivery d ON d.id = ANY(l.delivery_ids)
     WHERE l.until < clock_timestamp() AND d.claim_token = l.token AND d.state = 'claimed'
       FOR UPDATE OF d SKIP LOCKED
)
UPDATE sending_delivery d
   SET state = 'pending', claim_token = NULL, next_at = statement_timestamp()
  FROM late WHERE d.id = late.id
"""

# Never back to pending: the mail may have left. The token stays, for a late answer.
_LOST = """
UPDATE sending_delivery d
   SET state = 'unknown', done_at = clock_timestamp(), unknown_since = clock_timestamp(),
       reason = %(reason)s
  FROM late WHERE d.id = late.id
"""
REAP_INTENTS = f"""
WITH late AS MATERIALIZED (
    SELECT d.id FROM sending_lease l JOIN sending_delivery d ON d.id = ANY(l.delivery_ids)
     WHERE l.taken_at < clock_timestamp() - %(age)s AND d.claim_token = l.token
       AND d.state = 'sending' AND d.sending_at < clock_timestamp() - %(age)s
       FOR UPDATE OF d SKIP LOCKED
)
{_LOST}"""  # noqa: S608 - constants of this module

# Whose session has ended, its lock with it, can say nothing more in its own voice.
REAP_ORPHANS = f"""
WITH orphans AS MATERIALIZED (
    SELECT token, delivery_ids FROM sending_lease
     WHERE taken_at < clock_timestamp() - %(grace)s
       AND NOT EXISTS (
           SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (classid::bigint << 32) | objid::bigint
                  = ('x' || left(replace(token::text, '-', ''), 16))::bit(64)::bigint)
), late AS MATERIALIZED (
    SELECT d.id FROM orphans o JOIN sending_delivery d ON d.id = ANY(o.delivery_ids)
     WHERE d.claim_token = o.token AND d.state = 'sending'
       AND d.sending_at < clock_timestamp() - %(grace)s
       FOR UPDATE OF d SKIP LOCKED
)
{_LOST}"""  # noqa: S608 - constants of this module

# A lease under which nothing is held any more has done its work.
DROP_LEASES = """
DELETE FROM sending_lease l
 WHERE l.until < clock_timestamp()
   AND NOT EXISTS (SELECT FROM sending_delivery d
                    WHERE d.id = ANY(l.delivery_ids) AND d.claim_token = l.token
                      AND d.state IN ('claimed', 'sending'))
"""

# A late answer that reopens a row holds the campaign shared: wait for it, then look. Sent
# together with the next, in one go: a worker that freezes between two would hold up everybody.
HOLD_CAMPAIGN = """
SELECT FROM composing_campaign WHERE id = %(campaign)s AND status = 'sending' FOR UPDATE
"""

# The cheap questions first: only when nothing waits and nothing is leased are the rows
# themselves, which are the truth, all looked at.
FINISH = """
UPDATE composing_campaign k SET status = 'sent', finished_at = clock_timestamp()
 WHERE k.id = %(campaign)s AND k.status = 'sending'
   AND CASE WHEN EXISTS (SELECT FROM sending_delivery
                          WHERE campaign_id = %(campaign)s AND next_at IS NOT NULL)
              OR EXISTS (SELECT FROM sending_lease l
                           JOIN sending_delivery d ON d.id = ANY(l.delivery_ids)
                          WHERE l.campaign_id = %(campaign)s AND d.claim_token = l.token
                            AND d.state IN ('claimed', 'sending'))
            THEN false
            ELSE NOT EXISTS (SELECT FROM sending_delivery
                              WHERE campaign_id = %(campaign)s
                                AND state IN ('pending', 'claimed', 'sending')) END
"""

CANCEL = """
WITH waiting AS (
    SELECT id FROM sending_delivery
     WHERE campaign_id = %(campaign)s AND next_at IS NOT NULL
     LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), held AS (
    SELECT d.id FROM sending_lease l
      JOIN sending_delivery d ON d.id = ANY(l.delivery_ids)
     WHERE l.campaign_id = %(campaign)s AND d.state = 'claimed'
       FOR UPDATE OF d SKIP LOCKED
)
UPDATE sending_delivery
   SET state = 'cancelled', done_at = clock_timestamp(), claim_token = NULL, next_at = NULL
 WHERE id IN (SELECT id FROM waiting UNION ALL SELECT id FROM held)
   AND state IN ('pending', 'claimed')
   AND EXISTS (SELECT FROM composing_campaign
                WHERE id = %(campaign)s AND status = 'cancelled')
"""

# An event of the provider proves that it took the mail, or that it did not. What was sent
# again because nobody knew need not go, or go once more, when either is known to have arrived.
EVIDENCE = """
UPDATE sending_delivery
   SET state = %(state)s, reason = %(reason)s, claim_token = NULL, unknown_since = NULL,
       next_at = NULL, done_at = COALESCE(done_at, clock_timestamp()),
       message_id = CASE WHEN message_id = '' THEN %(message)s ELSE message_id END
 WHERE id = %(id)s
   AND ((state = 'unknown'
         -- A refusal of an earlier try, told late, says nothing of the last. Some tell seconds.
         AND (%(state)s = 'sent' OR attempt <= 1 OR %(at)s::timestamptz IS NULL
              OR %(at)s::timestamptz > sending_at - interval '1 second'))
        OR (%(state)s = 'sent' AND resends > 0
            AND state IN ('pending', 'claimed', 'failed', 'expired')))
"""

MISS = """
UPDATE composing_campaign SET status = 'missed'
 WHERE status = 'scheduled' AND scheduled_at < statement_timestamp() - %(lateness)s
"""

COOL_DOWN = """
INSERT INTO sending_cooldown AS c (provider_id, until, reason, tries)
VALUES (%(provider)s, clock_timestamp() + %(first)s, %(reason)s, 1)
    ON CONFLICT (provider_id) DO UPDATE
       SET tries = LEAST(c.tries + 1, 1000), reason = EXCLUDED.reason, lasting = false,
           until = clock_timestamp()
                   + LEAST(%(first)s * power(2, LEAST(c.tries, 16)), %(longest)s)
     WHERE c.until < clock_timestamp()
RETURNING tries
"""
# In a statement of its own: the one before does not see what another committed since it began.
WAITS = "SELECT tries FROM sending_cooldown WHERE provider_id = %(provider)s"

# The first key of our advisory locks: any number that nobody else in the database uses.
SLOTS = 0x5E4D0000
FACTS = ("delivered_at", "soft_bounced_at", "hard_bounced_at", "complained_at", "blocked_at")


def reap_claims() -> int:
    """Give expired claims back, and return how many."""
    return _run(REAP_CLAIMS, {})


def reap_intents(age: timedelta, reason: str) -> int:
    """Call intents without an answer unknown, and return how many."""
    return _run(REAP_INTENTS, {"age": age, "reason": reason})


def reap_orphans(grace: timedelta, reason: str) -> int:
    """Call intents unknown whose holder is gone for longer than `grace`, and return how many."""
    return _run(REAP_ORPHANS, {"grace": grace, "reason": reason})


def drop_leases() -> int:
    """Forget leases under which nothing is held, and return how many."""
    return _run(DROP_LEASES, {})


def hold(token: uuid.UUID) -> None:
    """Show that the holder of `token` lives, until `let_go` or the end of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_int8(token),))


def let_go(token: uuid.UUID) -> None:
    """Take back what `hold` showed; a connection that was renewed has nothing to take back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_unlock(%(key)s) WHERE EXISTS (SELECT FROM pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND pid = pg_backend_pid()"
            " AND (classid::bigint << 32) | objid::bigint = %(key)s)",
            {"key": _int8(token)},
        )


def finish(campaign_id: int) -> bool:
    """Call the campaign sent if none of its deliveries is open, and say whether it is."""
    with connection.cursor() as cursor:
        cursor.execute(f"{HOLD_CAMPAIGN};{FINISH}", {"campaign": campaign_id})
        cursor.nextset()
        return int(cursor.rowcount) == 1


def cancel_some(campaign_id: int, limit: int) -> int:
    """Cancel up to `limit` deliveries of a cancelled campaign, and return how many."""
    return _run(CANCEL, {"campaign": campaign_id, "limit": limit})


def take_evidence(
    delivery_id: int, *, state: str, message_id: str, reason: str, at: datetime | None = None
) -> bool:
    """Decide a delivery in doubt by what was seen of it, and say whether it was one.

    `at` is when that happened; None: since the last try, as the caller knows.
    """
    values = {"id": delivery_id, "state": state, "message": message_id[:255], "reason": reason}
    return _run(EVIDENCE, values | {"at": at}) == 1


def note_fact(delivery_id: int, fact: str, at: datetime) -> None:
    """Keep the earliest time of `fact`, in whatever order we are told."""
    if fact not in FACTS:
        raise ValueError(fact)
    sql = f"UPDATE sending_delivery SET {fact} = LEAST({fact}, %s) WHERE id = %s"  # noqa: S608
    _run(sql, (at, delivery_id))


def try_slot(key: int, slots: int) -> int | None:
    """Take one of the campaign's worker slots for this connection, or None if all are taken.

    Slots only keep rings from piling up workers on one campaign; the ledger does not
    rely on them.
    """
    with connection.cursor() as cursor:
        for slot in range(slots):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (SLOTS + slot, _int4(key)))
            row = cursor.fetchone()
            if row and row[0]:
                return slot
    return None


def free_slot(key: int, slot: int) -> None:
    """Give the slot back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (SLOTS + slot, _int4(key)))


def unsafe_settings() -> list[str]:
    """Name the database settings under which a committed intent could be lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    names = []
    if row[0] == "off":
        names.append("synchronous_commit")
    if row[1] == "off":
        names.append("fsync")
    return names


def _int4(key: int) -> int:
    return key % 2**31


def _run(sql: str, values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def cool_down(provider_id: int, *, reason: str, first: timedelta, longest: timedelta) -> int:
    """Begin or lengthen the provider's wait, and return how many there were in a row.

    Workers that meet the same trouble at the same time count once.
    """
    values: dict[str, Any] = {"provider": provider_id, "reason": reason}
    values |= {"first": first, "longest": longest}
    with connection.cursor() as cursor:
        while True:
            for sql in (COOL_DOWN, WAITS):
                cursor.execute(sql, values)
                if row := cursor.fetchone():
                    return int(row[0])


def now() -> datetime:
    """Return the database's time, by which everything here is decided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    at: datetime = row[0]
    return at


def miss(lateness: timedelta) -> int:
    """Call scheduled campaigns missed that are later than this, and return how many."""
    return _run(MISS, {"lateness": lateness})


def _int8(token: uuid.UUID) -> int:
    return int.from_bytes(token.bytes[:8], "big", signed=True)
