"""Take permission for a window of mails from all limits that hold them, in one statement.

Those are the limits of their sender, of the provider that is to take them, and of the two
together: another provider's mail comes from other machines.

A period is counted in 24 parts and the one that runs, as an array that is turned on by the
database's clock. What was granted in all 25 never exceeds the limit, so no period of that
length, wherever it begins, holds more. What is granted counts whether or not it is used: a
worker that dies wastes a window, and never exceeds anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.sending.models.pace import PARTS, nothing_spent
from campaigns.sending.pacing import domains

# A limit as it is now, and when the first of what was spent comes back.
TURNED = f"""
turned AS (
    SELECT id, sender_id, mailbox, kind, period, most, GREATEST(slot, now_slot) AS slot,
           (array_fill(0, ARRAY[LEAST(GREATEST(now_slot - slot, 0), {PARTS + 1})::int])
            || spent)[1:{PARTS + 1}] AS spent
      FROM found
),
counted AS (
    SELECT *, GREATEST(0, most - (SELECT sum(x) FROM unnest(spent) x))::int AS room
      FROM turned
),
freed AS (
    SELECT c.*, to_timestamp((slot + {PARTS + 2} - COALESCE((
               SELECT max(i) FROM unnest(spent) WITH ORDINALITY AS u(x, i) WHERE x > 0), 1))
               * period / {PARTS}::float8) AS free_at
      FROM counted c
)
"""  # noqa: S608 - constants of this module

FOUND = f"""
SELECT *, floor(extract(epoch FROM clock_timestamp()) * {PARTS} / period)::bigint AS now_slot
  FROM sending_throttle
 WHERE (sender_id IS NULL OR sender_id = %(sender)s::bigint)
   AND (provider_id IS NULL OR provider_id = %(provider)s::bigint)
"""  # noqa: S608 - constants of this module

# First each mailbox provider's own limits, then those of all mails over what is left. The rows
# are locked in one order before they are read, so that workers take turns.
TAKE = f"""
WITH wanted AS (
    SELECT * FROM json_to_recordset(%(wanted)s::json) AS w(mailbox text, n int)
),
found AS (
    {FOUND} AND (mailbox = '' OR mailbox IN (SELECT mailbox FROM wanted))
      ORDER BY id FOR UPDATE
),
{TURNED},
asked AS (
    SELECT w.mailbox, LEAST(w.n, min(f.room)) AS n
      FROM wanted w LEFT JOIN freed f USING (mailbox) GROUP BY w.mailbox, w.n
),
given AS (
    SELECT mailbox, n AS asked,
           GREATEST(0, LEAST(n, (SELECT min(room) FROM freed WHERE mailbox = '')
                                - (sum(n) OVER (ORDER BY mailbox) - n)))::int AS n
      FROM asked
),
taken AS (
    UPDATE sending_throttle t
       SET slot = f.slot, spent = (f.spent[1] + g.n) || f.spent[2:], granted = granted + g.n
      FROM freed f
      JOIN (SELECT mailbox, n FROM given UNION ALL SELECT '', sum(n)::int FROM given) g
           USING (mailbox)
     WHERE t.id = f.id AND g.n > 0
)
SELECT (SELECT json_object_agg(mailbox, json_build_array(asked, n)) FROM given),
       (SELECT json_agg(json_build_array(
                   mailbox, period, most,
                   GREATEST(0.02, extract(epoch FROM free_at - clock_timestamp()))))
          FROM freed f
         WHERE room <= (SELECT sum(n) FROM given g WHERE f.mailbox IN ('', g.mailbox)))
"""  # noqa: S608 - constants of this module

LOOK = f"""
WITH found AS ({FOUND}), {TURNED}
SELECT mailbox, kind, period, most, room, free_at, sender_id IS NULL,
       GREATEST(0, extract(epoch FROM free_at - clock_timestamp()))::float8
  FROM freed ORDER BY mailbox, period, kind
"""  # noqa: S608 - constants of this module

SET_LIMIT = """
INSERT INTO sending_throttle AS t
       (sender_id, provider_id, mailbox, kind, period, most, slot, spent, granted, earned)
VALUES (%(sender)s, %(provider)s, %(mailbox)s, %(kind)s, %(period)s, %(most)s, 0, %(spent)s,
        0, 0)
    ON CONFLICT (sender_id, provider_id, mailbox, kind, period) DO UPDATE SET most = EXCLUDED.most
 WHERE t.most <> EXCLUDED.most
"""

# Once a minute at most: the answers to one window are one opinion.
EASE = """
INSERT INTO sending_throttle AS t
       (sender_id, provider_id, mailbox, kind, period, most, slot, spent, granted, ceiling,
        earned, eased_at)
VALUES (%(sender)s, %(provider)s, %(mailbox)s, 'eased', 60, GREATEST(1, %(rate)s / 2), 0,
        %(spent)s, 0, GREATEST(2, %(rate)s), 0, clock_timestamp())
    ON CONFLICT (sender_id, provider_id, mailbox, kind, period) DO UPDATE
       SET most = GREATEST(1, t.most / 2), earned = 0, eased_at = clock_timestamp()
 WHERE t.eased_at < clock_timestamp() - interval '1 minute'
"""

# A minute's worth of mails that were taken raises the rate by a twentieth of what it was.
ADD_BACK = """
UPDATE sending_throttle
   SET most = most + CASE WHEN earned + %(n)s >= most THEN GREATEST(1, ceiling / 20) ELSE 0 END,
       earned = CASE WHEN earned + %(n)s >= most THEN 0 ELSE earned + %(n)s END
 WHERE sender_id = %(sender)s AND provider_id IS NOT DISTINCT FROM %(provider)s
   AND mailbox = %(mailbox)s AND kind = 'eased'
"""

END_EASING = """
DELETE FROM sending_throttle
 WHERE sender_id = %s AND kind = 'eased' AND most >= ceiling
"""

# Who has not asked again for a day may have changed their mind.
FORGET_EASING = """
DELETE FROM sending_throttle
 WHERE kind = 'eased' AND eased_at < clock_timestamp() - interval '1 day'
"""


@dataclass(frozen=True)
class Shut:
    """A limit that nothing is left of, and the seconds until something is."""

    mailbox: str
    period: int
    most: int
    seconds: float


@dataclass(frozen=True)
class Taken:
    """What was granted: per mailbox provider, out of what its own limits leave."""

    granted: dict[str, int]
    left_by_mailbox: dict[str, int]
    shut: list[Shut]


@dataclass(frozen=True)
class Limit:
    """A limit as it is now."""

    mailbox: str
    kind: str
    period: int
    most: int
    room: int
    # When the first of what was spent comes back.
    free_at: datetime
    # Shared by all senders of the provider.
    is_providers: bool
    seconds: float


def take(sender_id: int, wanted: Mapping[str, int], *, provider_id: int | None = None) -> Taken:
    """Take permission for so many mails to each mailbox provider, or for fewer."""
    rows = [{"mailbox": mailbox, "n": n} for mailbox, n in wanted.items()]
    values = {"sender": sender_id, "provider": provider_id, "wanted": json.dumps(rows)}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        found = cursor.fetchone()
    assert found is not None  # noqa: S101 - a SELECT without FROM has one row
    given, shut = _loaded(found[0]) or {}, _loaded(found[1]) or []
    return Taken(
        granted={mailbox: n for mailbox, (_asked, n) in given.items()},
        left_by_mailbox={mailbox: asked for mailbox, (asked, _n) in given.items()},
        shut=[Shut(*row) for row in shut],
    )


def look(sender_id: int | None, *, provider_id: int | None = None) -> list[Limit]:
    """Return the limits of a sender at a provider as they are now; takes nothing.

    Without a provider only those that hold whoever takes its mails; without a sender the
    provider's own.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOOK, {"sender": sender_id, "provider": provider_id})
        return [Limit(*row) for row in cursor.fetchall()]


def set_limit(sender_id: int, *, mailbox: str, kind: str, period: int, most: int) -> bool:
    """Make or change a sender's limit, and say whether that changed it. What is spent stays."""
    values = {"sender": sender_id, "provider": None, "mailbox": mailbox, "kind": kind}
    return _run(SET_LIMIT, values | {"period": period, "most": most, "spent": nothing_spent()}) == 1


def set_provider_limit(provider_id: int, *, period: int, most: int) -> bool:
    """The same for all that a provider takes, whoever sends it."""
    values = {"sender": None, "provider": provider_id, "mailbox": "", "kind": "limit"}
    return _run(SET_LIMIT, values | {"period": period, "most": most, "spent": nothing_spent()}) == 1


def ease(sender_id: int, mailbox: str, rate: int, *, provider_id: int | None = None) -> bool:
    """Halve the rate at which a mailbox provider gets mail, and say whether this call did."""
    values = {"sender": sender_id, "provider": provider_id, "mailbox": mailbox, "rate": rate}
    return _run(EASE, values | {"spent": nothing_spent()}) == 1


def add_back(sender_id: int, taken: Mapping[str, int], *, provider_id: int | None = None) -> None:
    """Raise the rates of mailbox providers that took so many mails."""
    for mailbox, n in taken.items():
        values = {"sender": sender_id, "provider": provider_id, "mailbox": mailbox, "n": n}
        _run(ADD_BACK, values)
    _run(END_EASING, (sender_id,))


def forget_easing() -> int:
    """End what was slowed down long ago, and return how many that is."""
    return _run(FORGET_EASING, ())


PUT_OFF = """
UPDATE sending_delivery d
   SET state = 'pending', claim_token = NULL,
       next_at = statement_timestamp() + p.delay * interval '1 second'
  FROM unnest(%(ids)s::bigint[], %(delays)s::float8[]) AS p(id, delay)
 WHERE d.id = p.id AND d.state = 'claimed' AND d.claim_token = %(token)s
"""


def put_off(token: Any, delays: Mapping[int, float]) -> int:
    """Give claims back, each for after so many seconds; return how many were ours."""
    values = {"token": token, "ids": list(delays), "delays": list(delays.values())}
    return _run(PUT_OFF, values)


def count_waiting(campaign_id: int, mailbox: str) -> int:
    """Count the deliveries of a campaign that wait for one mailbox provider."""
    where, known = domains.condition(mailbox)
    sql = (
        "SELECT count(*) FROM sending_delivery"  # noqa: S608 - a constant of `domains`
        f" WHERE campaign_id = %(campaign)s AND state IN ('pending', 'claimed') AND {where}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"campaign": campaign_id, "domains": known})
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _loaded(value: Any) -> Any:
    """Read a json column, which a raw cursor of Django's gives as text."""
    return json.loads(value) if isinstance(value, str) else value


def _run(sql: str, values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)
