"""Digests: fill in the bits of a campaign that is over, and say which may be believed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

# First half of an advisory lock's key; the trigger that keeps bits shares it.
LOCK = 6580835

# What is waiting has an index, and what somebody holds has a lease.
DUE = """
SELECT k.id FROM composing_campaign k LEFT JOIN sending_digest g ON g.campaign_id = k.id
 WHERE k.status IN ('sent', 'cancelled') AND k.launched_at IS NOT NULL
   AND (g.campaign_id IS NULL
        OR (g.status, g.finished_at) IS DISTINCT FROM (k.status, k.finished_at))
   AND NOT EXISTS (SELECT FROM sending_delivery d
                    WHERE d.campaign_id = k.id AND d.next_at IS NOT NULL)
   AND NOT EXISTS (SELECT FROM sending_lease l WHERE l.campaign_id = k.id)
 ORDER BY k.launched_at DESC LIMIT %s
"""

# Who waits for nobody holds up nobody: there is a next time.
HOLD = "SELECT pg_try_advisory_xact_lock(%s, (%s %% 2147483648)::integer)"
CLEAR = "DELETE FROM sending_mailbits WHERE campaign_id = %(campaign)s"
_OUT = "d.state IN ('sent', 'unknown', 'sending') AND d.hard_bounced_at IS NULL"
_HIDDEN = _OUT + " AND NOT ({} = 'individual' AND d.consent_epoch = 0)"
_COLUMNS = {
    "sent": "d.state = 'sent'",
    "out": _OUT,
    "hidden_opens": _HIDDEN.format("d.mode"),
    "hidden_clicks": _HIDDEN.format("COALESCE(NULLIF(d.click_mode, ''), d.mode)"),
}
_BITS = ", ".join(
    f"COALESCE(bit_or(tracking_bit(d.contact_id)) FILTER (WHERE {says}), 0::bit(4096)) AS {name}"
    for name, says in _COLUMNS.items()
)
# What has no moment is from of old.
FILL = f"""
WITH mails AS (
    SELECT d.contact_id >> 12 AS block, {_BITS},
           min(COALESCE(d.sending_at, 'epoch')) FILTER (WHERE {_OUT}) AS first_at,
           max(COALESCE(d.sending_at, 'epoch')) FILTER (WHERE {_OUT}) AS last_at,
           bool_or(d.state IN ('pending', 'claimed', 'sending')) AS is_open
      FROM sending_delivery d
     WHERE d.campaign_id = %(campaign)s AND d.contact_id IS NOT NULL GROUP BY 1
), told AS (
    INSERT INTO sending_digest (campaign_id, status, finished_at, first_at, last_at)
    SELECT k.id, k.status, k.finished_at, m.first_at, m.last_at
      FROM composing_campaign k, (SELECT min(first_at) AS first_at, max(last_at) AS last_at,
                                         COALESCE(bool_or(is_open), false) AS is_open FROM mails) m
     WHERE k.id = %(campaign)s AND k.status IN ('sent', 'cancelled') AND NOT m.is_open
    ON CONFLICT (campaign_id) DO UPDATE
       SET status = EXCLUDED.status, finished_at = EXCLUDED.finished_at,
           first_at = EXCLUDED.first_at, last_at = EXCLUDED.last_at
    RETURNING campaign_id)
INSERT INTO sending_mailbits (campaign_id, block, {", ".join(_COLUMNS)})
SELECT t.campaign_id, m.block, {", ".join(f"m.{name}" for name in _COLUMNS)} FROM told t, mails m
"""  # noqa: S608 - constants of this module

BELIEVED = """
SELECT g.campaign_id, g.first_at, g.last_at
  FROM sending_digest g JOIN composing_campaign k ON k.id = g.campaign_id
 WHERE g.campaign_id = ANY(%s)
   AND (g.status, g.finished_at) IS NOT DISTINCT FROM (k.status, k.finished_at)
"""


# {which} has campaign_id and block. Whose bits are being made is waited for first, as each
# change of a mail waits for it.
WAIT = """
SELECT pg_advisory_xact_lock_shared({lock}, (campaign_id %% 2147483648)::integer)
  FROM (SELECT DISTINCT campaign_id FROM ({which}) w ORDER BY 1) k
"""
HOLD_BITS = """
WITH held AS MATERIALIZED (
    SELECT b.id FROM sending_mailbits b JOIN (SELECT DISTINCT * FROM ({which}) w) k
           ON k.campaign_id = b.campaign_id AND k.block = b.block
     ORDER BY b.campaign_id, b.block FOR UPDATE OF b
)
SELECT count(*) FROM held
"""


class Span(NamedTuple):
    """Between which moments a campaign's mails went out, of those that may have been read."""

    campaign_id: int
    first_at: datetime | None
    last_at: datetime | None


def due(most: int) -> list[int]:
    """Return campaigns that are over and have no digest, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [most])
        return [pk for (pk,) in cursor.fetchall()]


@transaction.atomic
def make(campaign_id: int) -> bool:
    """Fill in a campaign's bits; say whether they are there now."""
    values = {"campaign": campaign_id}
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [LOCK, campaign_id])
        if cursor.fetchone() != (True,):
            return False
        cursor.execute(CLEAR, values)
        cursor.execute(FILL, values)
    return len(believed([campaign_id])) == 1


def hold(which: str, values: Mapping[str, Any]) -> None:
    """Hold the bits that are about to change by the mails of many people, always in one order.

    `which` is a question for their campaign_id and block; whoever asks holds those mails.
    """
    with connection.cursor() as cursor:
        for statement in (WAIT, HOLD_BITS):
            cursor.execute(statement.format(which=which, lock=LOCK), values)


def believed(campaign_ids: Collection[int]) -> list[Span]:
    """Return those of the campaigns whose bits say how it is."""
    with connection.cursor() as cursor:
        cursor.execute(BELIEVED, [list(campaign_ids)])
        return [Span(*row) for row in cursor.fetchall()]
