"""Count deliveries, remember what was found, and say whether that still holds."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection


class Row(NamedTuple):
    """Deliveries of one campaign that are in the same state and in the same modes."""

    state: str
    mode: str
    deliveries: int
    bounced: int
    # Some providers tell of a soft bounce first and give up later: that is one bounce.
    soft_bounced: int
    complained: int
    confirmed: int
    # Not bounced, and the person's clicks may be recorded one by one.
    clicks_measured: int
    # About clicks; empty: as `mode`.
    click_mode: str


class Answer(NamedTuple):
    """Why mails did not go out, or were not confirmed, and how many."""

    code: int | None
    enhanced_code: str
    reason: str
    deliveries: int


class Return(NamedTuple):
    """What receiving servers said of mails they returned, and how many."""

    reason: str
    deliveries: int


class Seen(NamedTuple):
    """A campaign as it is now, and what was remembered of it, if anything was."""

    campaign_id: int
    status: str
    finished_at: datetime | None
    now: datetime
    unknown: int
    begun_at: datetime | None
    counted_at: datetime | None
    took: float | None
    status_then: str | None
    finished_then: datetime | None
    is_doubted: bool | None
    rows: list[list[Any]] | None
    answers: list[list[Any]] | None
    returns: list[list[Any]] | None


class Count(NamedTuple):
    """What a count found, and what the campaign was in that very moment."""

    status: str
    finished_at: datetime | None
    rows: list[Row]


# Only what is not confirmed can change in a campaign that is over, without anybody telling
# us; and there is an index for it.
LOOK = """
SELECT k.id, k.status, k.finished_at, clock_timestamp(),
       CASE WHEN r.campaign_id IS NULL THEN 0 ELSE
            (SELECT count(*) FROM sending_delivery d
              WHERE d.unknown_since IS NOT NULL AND d.campaign_id = k.id) END,
       r.begun_at, r.counted_at, r.took, r.status, r.finished_at, r.is_doubted,
       r.rows, r.answers, r.returns
  FROM composing_campaign k LEFT JOIN sending_reckoning r ON r.campaign_id = k.id
 WHERE k.id = ANY(%s)
"""

# One statement, one snapshot: the campaign was this when its rows were those.
COUNT = """
SELECT k.id, k.status, k.finished_at, d.state, d.mode, d.deliveries, d.bounced,
       d.soft_bounced, d.complained, d.confirmed, d.clicks_measured, d.click_mode
  FROM (SELECT campaign_id, state, mode, click_mode, count(*) AS deliveries,
               count(hard_bounced_at) AS bounced,
               count(soft_bounced_at) FILTER (WHERE hard_bounced_at IS NULL) AS soft_bounced,
               count(complained_at) AS complained,
               count(delivered_at) FILTER (WHERE hard_bounced_at IS NULL) AS confirmed,
               count(*) FILTER (
                   WHERE hard_bounced_at IS NULL
                     AND coalesce(nullif(click_mode, ''), mode) = 'individual'
               ) AS clicks_measured
          FROM sending_delivery WHERE campaign_id = ANY(%s)
         GROUP BY campaign_id, state, mode, click_mode) d
  JOIN composing_campaign k ON k.id = d.campaign_id
"""

# What went out long ago and was never counted waits for a visitor: there may be thousands.
DUE = """
SELECT k.id
  FROM composing_campaign k LEFT JOIN sending_reckoning r ON r.campaign_id = k.id
 WHERE CASE
       WHEN r.campaign_id IS NULL THEN
            (k.status IN ('sending', 'paused') OR k.finished_at > now() - interval '1 day')
            AND EXISTS (SELECT FROM sending_delivery d WHERE d.campaign_id = k.id
                        OFFSET %(least)s - 1 LIMIT 1)
       WHEN (r.status, r.finished_at) IS DISTINCT FROM (k.status, k.finished_at) THEN true
       WHEN k.status = 'sending' THEN
            r.begun_at < clock_timestamp() - make_interval(secs => r.took * %(moving)s)
       ELSE (r.is_doubted OR r.begun_at > r.counted_at)
            AND r.begun_at < clock_timestamp() - make_interval(secs => r.took * %(resting)s) END
"""

# Committed before the count looks: what is told from here on doubts it again.
BEGIN = """
UPDATE sending_reckoning r SET begun_at = clock_timestamp(), is_doubted = false
  FROM composing_campaign k
 WHERE r.campaign_id = %(campaign)s AND k.id = r.campaign_id
   AND r.begun_at < clock_timestamp() - make_interval(secs => %(grace)s)
   AND (r.begun_at < clock_timestamp() - make_interval(secs => r.took * %(pause)s + %(grace)s)
        OR (r.status, r.finished_at) IS DISTINCT FROM (k.status, k.finished_at))
RETURNING r.begun_at
"""

# Whoever began later knows better; and a first count, which nobody could doubt while it
# ran, is doubtful.
KEEP = """
INSERT INTO sending_reckoning AS r
       (campaign_id, begun_at, counted_at, took, status, finished_at, is_doubted,
        rows, answers, returns)
VALUES (%(campaign)s, %(begun)s, %(begun)s, %(took)s, %(status)s, %(finished)s, true,
        %(rows)s, %(answers)s, %(returns)s)
ON CONFLICT (campaign_id) DO UPDATE
   SET counted_at = EXCLUDED.counted_at, took = EXCLUDED.took, status = EXCLUDED.status,
       finished_at = EXCLUDED.finished_at, rows = EXCLUDED.rows, answers = EXCLUDED.answers,
       returns = EXCLUDED.returns
 WHERE r.counted_at < EXCLUDED.counted_at AND r.begun_at >= EXCLUDED.counted_at
"""

DOUBT = "UPDATE sending_reckoning SET is_doubted = true WHERE campaign_id = %s AND NOT is_doubted"

ANSWERS = """
SELECT code, enhanced_code, reason, count(*) AS deliveries
  FROM sending_delivery
 WHERE campaign_id = %s AND troubled_at IS NOT NULL
   AND state IN ('failed', 'expired', 'unknown')
 GROUP BY 1, 2, 3 ORDER BY deliveries DESC, reason LIMIT 8
"""

RETURNS = """
SELECT e.description, count(DISTINCT e.delivery_id) AS deliveries
  FROM sending_delivery d JOIN sending_providerevent e ON e.delivery_id = d.id
 WHERE d.campaign_id = %s AND (d.hard_bounced_at IS NOT NULL OR d.soft_bounced_at IS NOT NULL)
   AND e.kind = 'bounced'
 GROUP BY 1 ORDER BY deliveries DESC, 1 LIMIT 8
"""


def look(campaign_ids: Collection[int]) -> list[Seen]:
    """Return campaigns as they are, with what is remembered of each."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, (list(campaign_ids),))
        return [Seen(*row[:-3], *map(_loaded, row[-3:])) for row in cursor.fetchall()]


def due(*, moving: float, resting: float, least: int) -> list[int]:
    """Return the campaigns whose next visitor would find no count, or an old one.

    Between two counts lies `moving` times as long as counting takes while a campaign goes out,
    `resting` times when only news of its mails come in. Fewer than `least` are no matter.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"moving": moving, "resting": resting, "least": least})
        return [pk for (pk,) in cursor.fetchall()]


def count(campaign_ids: Collection[int]) -> dict[int, Count]:
    """Count the deliveries of campaigns by state and mode; none is no key."""
    found: dict[int, Count] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, (list(campaign_ids),))
        for campaign_id, status, finished_at, *row in cursor.fetchall():
            found.setdefault(campaign_id, Count(status, finished_at, [])).rows.append(Row(*row))
    return found


def begin(campaign_id: int, *, pause: float, grace: float = 0) -> datetime | None:
    """Take a new count of a remembered campaign upon us, or None if it is too early for one.

    `pause` is how many times as long as counting takes lies between two counts; `grace` are
    seconds more, that are left to others who may count.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"campaign": campaign_id, "pause": pause, "grace": grace})
        row = cursor.fetchone()
    return row[0] if row else None


def keep(
    campaign_id: int,
    found: Count,
    *,
    begun_at: datetime,
    took: float,
    said: tuple[Sequence[Answer], Sequence[Return]],
) -> None:
    """Remember what a count found that began at `begun_at`."""
    answers, returns = said
    values: dict[str, Any] = {
        "campaign": campaign_id,
        "begun": begun_at,
        "took": took,
        "status": found.status,
        "finished": found.finished_at,
        "rows": json.dumps(found.rows),
        "answers": json.dumps(answers),
        "returns": json.dumps(returns),
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)


def doubt(campaign_id: int) -> None:
    """Let the next look count again. Writes nothing while nothing is remembered for sure."""
    with connection.cursor() as cursor:
        cursor.execute(DOUBT, (campaign_id,))


def answers(campaign_id: int) -> list[Answer]:
    """Why mails of a campaign failed or were left unconfirmed, the commonest first."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, (campaign_id,))
        return [Answer(*row) for row in cursor.fetchall()]


def returns(campaign_id: int) -> list[Return]:
    """What receiving servers said of mails they returned, the commonest first."""
    with connection.cursor() as cursor:
        cursor.execute(RETURNS, (campaign_id,))
        return [Return(*row) for row in cursor.fetchall()]


def _loaded(value: Any) -> Any:
    """Read a jsonb column, which a raw cursor of Django's gives as text."""
    return json.loads(value) if isinstance(value, str) else value
