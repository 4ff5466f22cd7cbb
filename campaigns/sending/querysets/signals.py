"""What went wrong in campaigns that are under way, cheaply enough for every tick.

Lanes add up what mail servers answer; what providers tell later is read from an index of its
own. Both are counted from the moment a tally was begun.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.sending.pacing import domains

# A tally may be lost in a crash of the database; no commit has to wait for the disk for it.
# In one order, so that two lanes never wait for each other.
ADD = """
WITH unhurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
added AS (
    INSERT INTO sending_tally AS t
           (campaign_id, mailbox, begun_at, handed, dead, blocked, errors)
    SELECT %(campaign)s, a.mailbox,
           GREATEST(clock_timestamp() - %(age)s * interval '1 second',
                    (SELECT max(lifted_at) FROM sending_alarm
                      WHERE campaign_id = %(campaign)s AND mailbox IN ('', a.mailbox))),
           a.handed, a.dead, a.blocked, a.errors
      FROM unnest(%(mailboxes)s::text[], %(handed)s::int[], %(dead)s::int[],
                  %(blocked)s::int[], %(errors)s::int[])
           AS a(mailbox, handed, dead, blocked, errors), unhurried
     ORDER BY a.mailbox
        ON CONFLICT (campaign_id, mailbox) DO UPDATE
       SET handed = t.handed + EXCLUDED.handed, dead = t.dead + EXCLUDED.dead,
           blocked = t.blocked + EXCLUDED.blocked, errors = t.errors + EXCLUDED.errors
),
by_day AS (
    INSERT INTO sending_daytally AS t (sender_id, campaign_id, day, begun_at, handed, dead)
    SELECT k.sender_id, k.id, (clock_timestamp() AT TIME ZONE 'UTC')::date,
           GREATEST(clock_timestamp() - %(age)s * interval '1 second',
                    (SELECT max(lifted_at) FROM sending_alarm
                      WHERE sender_id = k.sender_id OR (campaign_id = k.id AND mailbox = ''))),
           (SELECT sum(n) FROM unnest(%(handed)s::int[]) AS n),
           (SELECT sum(n) FROM unnest(%(dead)s::int[]) AS n)
      FROM composing_campaign k, unhurried
     WHERE k.id = %(campaign)s AND k.sender_id IS NOT NULL
        ON CONFLICT (sender_id, campaign_id, day) DO UPDATE
       SET handed = t.handed + EXCLUDED.handed, dead = t.dead + EXCLUDED.dead
)
SELECT count(*) FROM unhurried
"""

# What was refused at the door is in the tally already.
READ = """
WITH told AS (
    SELECT d.campaign_id, COALESCE(m.name, %(other)s) AS mailbox,
           d.hard_bounced_at IS NOT NULL
             AND NOT (d.state = 'failed' AND d.enhanced_code LIKE '5.1.%%') AS dead,
           d.complained_at IS NOT NULL AS complained, d.done_at
      FROM sending_delivery d
      LEFT JOIN unnest(%(domains)s::text[], %(names)s::text[]) AS m(domain, name)
           ON m.domain = d.domain
     WHERE d.campaign_id = ANY(%(campaigns)s)
       AND (d.hard_bounced_at IS NOT NULL OR d.complained_at IS NOT NULL)
),
unwanted AS (
    SELECT d.campaign_id, COALESCE(m.name, %(other)s) AS mailbox, d.done_at
      FROM sending_delivery d
      LEFT JOIN unnest(%(domains)s::text[], %(names)s::text[]) AS m(domain, name)
           ON m.domain = d.domain
     WHERE d.campaign_id = ANY(%(campaigns)s) AND d.blocked_at IS NOT NULL
       -- The provider tried on, and got through.
       AND d.delivered_at IS NULL
       AND NOT (d.state = 'failed' AND d.enhanced_code LIKE '_.7.%%')
)
SELECT t.campaign_id, t.mailbox, t.handed,
       t.dead + (SELECT count(*) FROM told WHERE dead AND told.campaign_id = t.campaign_id
                    AND told.mailbox = t.mailbox AND told.done_at >= t.begun_at),
       (SELECT count(*) FROM told WHERE complained AND told.campaign_id = t.campaign_id
           AND told.mailbox = t.mailbox AND told.done_at >= t.begun_at),
       t.blocked + (SELECT count(*) FROM unwanted u WHERE u.campaign_id = t.campaign_id
                       AND u.mailbox = t.mailbox AND u.done_at >= t.begun_at),
       t.errors
  FROM sending_tally t WHERE t.campaign_id = ANY(%(campaigns)s)
"""


@dataclass
class Answers:
    """What a lane heard about mails to one mailbox provider."""

    handed: int = 0
    dead: int = 0
    blocked: int = 0
    errors: int = 0


@dataclass(frozen=True)
class Signals:
    """How it stands with a campaign's mails to one mailbox provider."""

    handed: int
    dead: int
    complaints: int
    blocked: int
    errors: int


def add(campaign_id: int, answers: Mapping[str, Answers], *, age: float) -> None:
    """Add up what a lane heard; the first of these mails went out `age` seconds ago at most."""
    values: dict[str, Any] = {
        "campaign": campaign_id,
        "age": age,
        "mailboxes": list(answers),
        "handed": [one.handed for one in answers.values()],
        "dead": [one.dead for one in answers.values()],
        "blocked": [one.blocked for one in answers.values()],
        "errors": [one.errors for one in answers.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD, values)


def read(campaign_ids: Sequence[int]) -> dict[int, dict[str, Signals]]:
    """Return how it stands with these campaigns, per mailbox provider, in one query."""
    pairs = [(domain, name) for name, known in domains.DOMAINS.items() for domain in known]
    values: dict[str, Any] = {
        "campaigns": list(campaign_ids),
        "domains": [domain for domain, _name in pairs],
        "names": [name for _domain, name in pairs],
        "other": domains.OTHER,
    }
    found: dict[int, dict[str, Signals]] = {}
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        for campaign_id, mailbox, *counts in cursor.fetchall():
            found.setdefault(campaign_id, {})[mailbox] = Signals(*counts)
    return found
