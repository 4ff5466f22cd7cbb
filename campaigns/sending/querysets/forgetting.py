"""Take people out of the ledger, and leave the counts: the SQL of `forgetting`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from campaigns.sending.inbox.querysets import RECIPIENTS
from campaigns.sending.pacing import domains
from campaigns.sending.querysets import digests

# Also those of contacts who were merged into them.
THEIRS = """d.id IN (
       SELECT id FROM sending_delivery WHERE contact_id = ANY(%(ids)s)
        UNION ALL
       SELECT delivery_id FROM sending_seconddelivery WHERE contact_id = ANY(%(ids)s))"""

# Servers quote the address they refuse, whole or its first part: then their words go too.
QUOTES = "strpos(lower({column}), split_part(d.address_key, '@', 1)) > 0"

# Those of the deliveries, and those of tests, which belong to none, by the address itself.
FORGET_COPIES = f"""
DELETE FROM sending_inboxmail m USING sending_delivery d
 WHERE {THEIRS} AND m.workspace_id = d.workspace_id AND m.delivery_uuid = d.uuid
"""  # noqa: S608 - constants of this module
_WORKSPACES = "IN (SELECT workspace_id FROM audience_contact WHERE id = ANY(%(ids)s))"
FORGET_ADDRESSED = f"""
DELETE FROM sending_inboxmail WHERE id IN (
       SELECT r.id FROM ({RECIPIENTS.format(workspace=_WORKSPACES)}) AS r
         JOIN (SELECT workspace_id, lower(email) AS address
                 FROM audience_contact WHERE id = ANY(%(ids)s)
                UNION
               SELECT once.workspace_id, lower(once.email)
                 FROM unnest(%(workspaces)s::bigint[], %(once)s::text[])
                   AS once (workspace_id, email)
                UNION
               SELECT d.workspace_id, lower(d.address)
                 FROM sending_delivery d WHERE {THEIRS} AND d.address <> '') c
           ON c.workspace_id = r.workspace_id AND c.address = r.address)
"""  # noqa: S608 - constants of this module

FORGET_BELONGINGS = f"""
DELETE FROM sending_belonging b USING sending_delivery d WHERE d.id = b.delivery_id AND {THEIRS}
"""  # noqa: S608 - constants of this module

WAITS = "d.state IN ('pending', 'claimed')"

FORGET_EVENTS = f"""
UPDATE sending_providerevent e
   SET description = CASE WHEN {QUOTES.format(column="e.description")} THEN ''
                          ELSE e.description END,
       event_key = CASE WHEN {QUOTES.format(column="e.event_key")} THEN 'erased ' || e.id
                        ELSE e.event_key END
  FROM sending_delivery d
 WHERE d.id = e.delivery_id AND {THEIRS}
   AND ({QUOTES.format(column="e.description")} OR {QUOTES.format(column="e.event_key")})
"""  # noqa: S608 - constants of this module

# What was remembered of servers' words is read anew from the mails, which do not quote them any
# more. Rows are held by their number, so that two who erase people wait for each other once.
_SAID = "r.answers::text || r.returns::text"
FORGET_REMEMBERED = f"""
WITH held AS MATERIALIZED (
    SELECT r.campaign_id FROM sending_reckoning r WHERE EXISTS (
           SELECT FROM sending_delivery d WHERE d.campaign_id = r.campaign_id AND {THEIRS}
              AND {QUOTES.format(column=_SAID)})
     ORDER BY r.campaign_id FOR UPDATE)
UPDATE sending_reckoning r SET answers = '[]', returns = '[]', is_doubted = true
  FROM held WHERE r.campaign_id = held.campaign_id
"""  # noqa: S608 - constants of this module
FORGET_ALARMS = f"""
WITH held AS MATERIALIZED (
    SELECT a.id FROM sending_alarm a WHERE EXISTS (
           SELECT FROM sending_delivery d WHERE d.campaign_id = a.campaign_id AND {THEIRS}
              AND {QUOTES.format(column="a.words")})
     ORDER BY a.id FOR UPDATE)
UPDATE sending_alarm a SET words = '' FROM held WHERE a.id = held.id
"""  # noqa: S608 - constants of this module

# Whoever holds a claim loses it with the token, and with it the right to mail. What is being
# handed over right now gets its answer, which counts: only the address is gone. The domains
# of mailbox providers stay for the counts; any other may be a person's own.
HOLD = f"SELECT id FROM sending_delivery d WHERE {THEIRS} ORDER BY id FOR UPDATE"  # noqa: S608
BITS = f"SELECT d.campaign_id, d.contact_id >> 12 AS block FROM sending_delivery d WHERE {THEIRS}"  # noqa: S608
FORGET = f"""
UPDATE sending_delivery d
   SET contact_id = NULL, address = '', address_key = 'erased ' || d.id,
       domain = CASE WHEN d.domain = ANY(%(domains)s) THEN d.domain ELSE '' END,
       reason = CASE WHEN {QUOTES.format(column="d.reason")} THEN '' ELSE d.reason END,
       state = CASE WHEN {WAITS} THEN 'cancelled' ELSE d.state END,
       claim_token = CASE WHEN {WAITS} THEN NULL ELSE d.claim_token END,
       done_at = CASE WHEN {WAITS} THEN clock_timestamp() ELSE d.done_at END,
       next_at = NULL
 WHERE {THEIRS}
"""  # noqa: S608 - constants of this module

# While the deliveries still say whose they are.
BEFORE = (
    *(FORGET_COPIES, FORGET_ADDRESSED, FORGET_EVENTS, FORGET_BELONGINGS),
    *(FORGET_ALARMS, FORGET_REMEMBERED),
)


def forget(contact_ids: Sequence[int], once: Sequence[tuple[int, str]]) -> int:
    """Take addresses and what quotes them away, cancel what waits; return how many rows.

    `once` are addresses that these contacts had before, each after its workspace.
    """
    values: dict[str, Any] = {
        "ids": list(contact_ids),
        "domains": domains.KNOWN,
        "workspaces": [workspace_id for workspace_id, _email in once],
        "once": [email for _workspace_id, email in once],
    }
    with connection.cursor() as cursor:
        for statement in BEFORE:
            cursor.execute(statement, values)
        cursor.execute(HOLD, values)
        digests.hold(BITS, values)
        cursor.execute(FORGET, values)
        return int(cursor.rowcount)
