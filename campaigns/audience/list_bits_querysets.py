"""The SQL of lists in bits: renew what changed, and say who is on lists by them.

A block that somebody joined or left is read from its subscriptions until it is renewed; so the
answer is what the rows say, whoever writes them at the same moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection, transaction

from tracking.bits import NOBODY

# Nobody but the renewer takes notes away, so there is one at a time.
LOCK = 0x6C626974
AT_ONCE = 64

_HOLD = "SELECT pg_try_advisory_xact_lock(%s)"
# One statement, and so one look at the database: a note that is taken away was made by whoever
# wrote the rows that are read here, and who writes meanwhile leaves a note of their own.
_RENEW = f"""
WITH chosen AS MATERIALIZED (
    SELECT DISTINCT list_id, block FROM audience_listchange ORDER BY 1, 2 LIMIT %s
), noted AS (
    DELETE FROM audience_listchange c USING chosen x
     WHERE c.list_id = x.list_id AND c.block = x.block
), told AS MATERIALIZED (
    SELECT x.list_id, x.block, s.* FROM chosen x, LATERAL (
        SELECT count(*) AS people,
               COALESCE(bit_or(tracking_bit(contact_id)) FILTER (WHERE status = 'subscribed'),
                        {NOBODY}) AS subscribed,
               COALESCE(bit_or(tracking_bit(contact_id)) FILTER (WHERE status = 'unsubscribed'),
                        {NOBODY}) AS unsubscribed
          FROM audience_subscription
         WHERE list_id = x.list_id AND contact_id >= x.block << 12
           AND contact_id < (x.block + 1) << 12) s
), emptied AS (
    DELETE FROM audience_listbits b USING told t
     WHERE b.list_id = t.list_id AND b.block = t.block AND t.people = 0
), kept AS (
    INSERT INTO audience_listbits AS b (list_id, block, subscribed, unsubscribed)
    SELECT list_id, block, subscribed, unsubscribed FROM told WHERE people > 0
    ON CONFLICT (list_id, block) DO UPDATE
       SET subscribed = EXCLUDED.subscribed, unsubscribed = EXCLUDED.unsubscribed
     WHERE (b.subscribed, b.unsubscribed) <> (EXCLUDED.subscribed, EXCLUDED.unsubscribed))
SELECT count(*) FROM chosen
"""  # noqa: S608 - constants of this module

_EXTENT = """
SELECT min(block), max(block), count(*) FILTER (WHERE is_noted) FROM (
    SELECT block, false AS is_noted FROM audience_listbits WHERE list_id = ANY(%s)
    UNION ALL
    (SELECT DISTINCT ON (list_id, block) block, true FROM audience_listchange
      WHERE list_id = ANY(%s))) b
"""
# Who stands so with any of the lists, by block. Asks for the lists twice.
STANDING = """
SELECT block, bit_or(people) AS people FROM (
    SELECT b.block, b.{status} AS people FROM audience_listbits b
     WHERE b.list_id = ANY(%s) AND NOT EXISTS (
           SELECT FROM audience_listchange c WHERE c.list_id = b.list_id AND c.block = b.block)
    UNION ALL
    SELECT c.block, tracking_bit(s.contact_id)
      FROM (SELECT DISTINCT list_id, block FROM audience_listchange
             WHERE list_id = ANY(%s)) c
      JOIN audience_subscription s ON s.list_id = c.list_id
       AND s.contact_id >= c.block << 12 AND s.contact_id < (c.block + 1) << 12
     WHERE s.status = '{status}') both_of_them
 GROUP BY block
"""


class Extent(NamedTuple):
    """The blocks of some lists, and how many of them have to be read from subscriptions."""

    first: int | None
    last: int | None
    noted: int


_NOTE_ALL = """
INSERT INTO audience_listchange (list_id, block)
SELECT list_id, block FROM audience_listbits
UNION SELECT list_id, contact_id >> 12 FROM audience_subscription
"""

# Of those who came at once, when the triggers rest: a block more costs nothing but its renewal.
_NOTE_BLOCKS = """
INSERT INTO audience_listchange (list_id, block) SELECT %s, generate_series(%s, %s)
"""
_NOTE_LISTS = """
INSERT INTO audience_listchange (list_id, block)
SELECT DISTINCT list_id, contact_id >> 12 FROM audience_subscription WHERE list_id IN (
    SELECT id FROM audience_list WHERE workspace_id = %s
)
"""
# The triggers take it for granted that no note is taken away in a transaction that leaves one.
_REMEMBER_NOTHING = "SELECT set_config('candid.joined', '', true)"

_IS_NOTED = "SELECT EXISTS (SELECT FROM audience_listchange)"


def renew() -> int:
    """Renew the bits of all blocks that changed, some at a time; return how many there were."""
    total = 0
    while found := renew_some():
        total += found
    return total


@transaction.atomic
def renew_some() -> int:
    """Renew the bits of some blocks that changed; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [LOCK])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_RENEW, [AT_ONCE])
        (found,) = cursor.fetchone()
        cursor.execute(_REMEMBER_NOTHING)
    return int(found)


def extent(list_ids: Sequence[int]) -> Extent:
    """Return which blocks the lists have."""
    with connection.cursor() as cursor:
        cursor.execute(_EXTENT, [list(list_ids)] * 2)
        return Extent(*cursor.fetchone())


def is_noted() -> bool:
    """Whether there is a block to renew."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_NOTED)
        return bool(cursor.fetchone()[0])


def note(list_id: int, first_id: int, last_id: int) -> None:
    """Let the bits of a list be renewed from one contact to another, who joined unnoticed."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_BLOCKS, [list_id, first_id >> 12, last_id >> 12])


def note_workspace(workspace_id: int) -> None:
    """Let the bits of all lists of a workspace be renewed, whose people came unnoticed."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_LISTS, [workspace_id])


def note_all() -> None:
    """Let the bits of all lists be renewed, whatever they say."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_ALL)
