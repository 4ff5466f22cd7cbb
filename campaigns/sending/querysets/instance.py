"""The row by which an installation knows its database, and what a decision about it changes."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import DatabaseError, connection, transaction

from campaigns.sending.fence.judging import Record, Whereabouts
from campaigns.sending.fence.marks import Memory

# The timeline of what is written now: the last checkpoint's comes later after a promotion.
WHEREABOUTS = """
SELECT (SELECT system_identifier::text FROM pg_control_system()),
       ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::int,
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       'sending_instance'::regclass::oid::bigint
"""
# Some hosted servers hide the first two.
LESS = """
SELECT '', 0, (SELECT oid::bigint FROM pg_database WHERE datname = current_database()),
       'sending_instance'::regclass::oid::bigint
"""

READ = """
SELECT lineage::text, COALESCE(former::text, ''), generation, name,
       cluster, timeline, database_oid, table_oid, locked_at IS NOT NULL, quiet
  FROM sending_instance WHERE id = 1
"""

BEGIN = """
INSERT INTO sending_instance (id, lineage, generation, name, cluster, timeline, database_oid,
                              table_oid, quiet)
VALUES (1, %(lineage)s, %(generation)s, %(name)s, %(cluster)s, %(timeline)s,
        %(database_oid)s, %(table_oid)s, false)
    ON CONFLICT DO NOTHING
"""

RENEW = """
UPDATE sending_instance SET generation = generation + 1, name = %(name)s
 WHERE id = 1 AND lineage = %(lineage)s AND locked_at IS NULL RETURNING generation
"""

LOCK = """
UPDATE sending_instance SET locked_at = clock_timestamp(), quiet = false
 WHERE id = 1 AND lineage = %(lineage)s AND locked_at IS NULL
"""

QUIET = (
    "UPDATE sending_instance SET quiet = true WHERE id = 1 AND locked_at IS NOT NULL AND NOT quiet"
)

# A decision makes a new lineage, so that it is made once.
GO_ON = """
UPDATE sending_instance
   SET former = lineage, lineage = %(next)s, generation = generation + 1, name = %(name)s,
       cluster = %(cluster)s, timeline = %(timeline)s, database_oid = %(database_oid)s,
       table_oid = %(table_oid)s, locked_at = NULL, quiet = false
 WHERE id = 1 AND lineage = %(lineage)s
"""

# Whatever was under way waits for a person. What is due may have gone out already, from
# the original or before the backup was needed.
STOP_SENDING = """
UPDATE composing_campaign SET status = 'paused', pause_cause = %(cause)s, pause_reason = %(reason)s
 WHERE status = 'sending'
"""
# These are paused as soon as their audience is frozen.
STOP_PREPARING = """
UPDATE composing_campaign SET pause_cause = %(cause)s, pause_reason = %(reason)s
 WHERE status = 'preparing'
"""
STOP_DUE = """
UPDATE composing_campaign SET status = 'missed', pause_cause = %(cause)s, pause_reason = %(reason)s
 WHERE status = 'scheduled' AND scheduled_at <= clock_timestamp()
"""

MOVING = "SELECT EXISTS (SELECT FROM composing_campaign WHERE status = ANY(%s))"


def whereabouts() -> Whereabouts:
    """Say where this database is."""
    try:
        row = _one(WHEREABOUTS)
    except DatabaseError:
        if connection.in_atomic_block:
            raise
        row = _one(LESS)
    return Whereabouts(*row)


def read() -> Record | None:
    """Return what the database says of itself, if it was ever sent from."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        row = cursor.fetchone()
    if row is None:
        return None
    lineage, former, generation, name, *place, is_locked, is_quiet = row
    return Record(lineage, former, generation, name, Whereabouts(*place), is_locked, is_quiet)


def begin(memory: Memory, name: str, found: Whereabouts) -> None:
    """Write the row of a database that has none; does nothing when another was first."""
    values = {"lineage": memory.lineage, "generation": memory.generation, "name": name}
    _run(BEGIN, _values(found) | values)


def renew(lineage: str, name: str) -> int | None:
    """Raise the generation, and return it; None when a decision came between."""
    with connection.cursor() as cursor:
        cursor.execute(RENEW, {"lineage": lineage, "name": name})
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def lock(lineage: str) -> bool:
    """Send nothing from here any more, and say whether this call locked it."""
    return _run(LOCK, {"lineage": lineage}) == 1


def keep_quiet() -> bool:
    """Note that a person wants the lock, and say whether that is new."""
    return _run(QUIET, {}) == 1


def go_on(lineage: str, name: str, found: Whereabouts, *, cause: str, reason: str) -> str | None:
    """Decide that this database goes on, and return its new lineage if this call decided it.

    What was sending is paused, what is due is missed: in the same transaction, so that
    nobody claims between the two.
    """
    following = str(uuid.uuid4())
    values = _values(found) | {"lineage": lineage, "next": following, "name": name}
    with transaction.atomic():
        if _run(GO_ON, values) != 1:
            return None
        for sql in (STOP_SENDING, STOP_PREPARING, STOP_DUE):
            _run(sql, {"cause": cause, "reason": reason[:300]})
    return following


def anything_moves() -> bool:
    """Whether any campaign would go out by itself."""
    return bool(_one(MOVING, [["scheduled", "preparing", "sending"]])[0])


def _values(found: Whereabouts) -> dict[str, Any]:
    return {
        "cluster": found.cluster,
        "timeline": found.timeline,
        "database_oid": found.database_oid,
        "table_oid": found.table_oid,
    }


def _one(sql: str, values: Any = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - it has no FROM that could be empty
    return tuple(row)


def _run(sql: str, values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
