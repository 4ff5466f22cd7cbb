"""The moves of the delivery ledger: claim, intend, settle, release.

The order of the moves is what keeps anybody from getting two: a mail is handed over only
after `exchange` has durably committed its intent, under a token and a lease that only one
worker holds; and no statement here leads from `sending` or `unknown` back to `pending`
but `settle`, by the holder of that token, on a definite refusal or for what it never
handed over.

Which content a mail has is decided by its claim, and stands at its intent if it still is the
campaign's: what was claimed before an edit and intended after it is refused, and claimed anew.

All times are the database's: the clocks of workers decide nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from campaigns.audience import typed_values
from campaigns.sending.querysets import deadlines, prepared
from campaigns.sending.querysets.results import RESULTS, Result, as_json
from tracking import arrays


class Claimed(NamedTuple):
    """A delivery that this worker holds, and all that its mail is made of."""

    id: int
    uuid_hex: str
    address: str
    mode: str
    epoch: int
    revision: int
    attempt: int
    contact_id: int | None
    contact: dict[str, str]
    # Characters in the person's own fields.
    bulk: int = 0
    # About clicks, where that is not `mode`.
    click_mode: str = ""


CLAIM = """
WITH next AS MATERIALIZED (
    SELECT id, contact_id FROM sending_delivery
     WHERE campaign_id = %(campaign)s AND next_at <= statement_timestamp()
       AND state = 'pending'
       AND EXISTS (SELECT FROM composing_campaign
                    WHERE id = %(campaign)s AND status = 'sending')
     ORDER BY next_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), leased AS (
    INSERT INTO sending_lease (token, campaign_id, delivery_ids, taken_at, until)
    SELECT %(token)s, %(campaign)s, array_agg(id), clock_timestamp(),
           clock_timestamp() + %(lease)s
      FROM next HAVING count(*) > 0
)
UPDATE sending_delivery d
   SET state = 'claimed', claim_token = %(token)s, next_at = NULL, revision = k.revision,
       -- Nothing is recorded of who withdrew since the launch, nor once measuring was stopped.
       mode = CASE WHEN c.consent_epoch <> d.consent_epoch OR k.stopped THEN 'none'
                   ELSE d.mode END,
       click_mode = CASE WHEN c.consent_epoch <> d.consent_epoch OR k.stopped THEN ''
                         ELSE d.click_mode END
  FROM next
 CROSS JOIN (SELECT revision, measuring_stopped_at IS NOT NULL AS stopped
               FROM composing_campaign WHERE id = %(campaign)s) k
  LEFT JOIN audience_contact c ON c.id = next.contact_id
 WHERE d.id = next.id
RETURNING d.id, replace(d.uuid::text, '-', ''), d.address, d.mode, d.consent_epoch, d.revision,
          d.attempt, d.contact_id, COALESCE(c.email, ''), COALESCE(c.first_name, ''),
          COALESCE(c.last_name, ''), COALESCE(c.language, ''), COALESCE(c.country, ''),
          COALESCE(c.time_zone, ''), COALESCE(c.fields::text, '{}'),
          d.click_mode
"""

# May this delivery still go out? Asked at the intent, so that the last word counts.
WANTED = """
    EXISTS (SELECT FROM audience_contact c
              JOIN audience_subscription s ON s.contact_id = c.id AND s.status = 'subscribed'
              JOIN composing_campaign_lists l ON l.list_id = s.list_id
             WHERE c.id = d.contact_id AND l.campaign_id = d.campaign_id
               AND (c.paused_until IS NULL OR c.paused_until <= statement_timestamp())
               AND NOT EXISTS (SELECT FROM audience_suppression x
                                WHERE x.workspace_id = d.workspace_id
                                  AND x.fingerprint = c.fingerprint)
               AND NOT EXISTS (SELECT FROM audience_suppresseddomain x
                                WHERE x.workspace_id = d.workspace_id
                                  AND x.domain = ANY(audience_domains(c.email_key)))
               -- Who was two contacts, and has it at the other address, or may have it.
               AND NOT EXISTS (SELECT FROM sending_seconddelivery x
                                 JOIN sending_delivery o ON o.id = x.delivery_id
                                WHERE x.contact_id = c.id AND o.campaign_id = d.campaign_id
                                  AND o.state IN ('sending', 'sent', 'unknown')
                                  AND o.hard_bounced_at IS NULL))
"""

# The content that is to be sent, if the holder of this token still holds it and the campaign
# still is: null otherwise. Asked once for a whole window.
CONTENT = """
    (SELECT k.revision FROM sending_lease h JOIN composing_campaign k ON k.id = h.campaign_id
      WHERE h.token = %(token)s AND h.until > clock_timestamp()
        AND k.status = 'sending')
"""

# `unknown` is left to `upgrade` below: it may belong to a campaign that is over.
SETTLED = f"""
settled AS (
    UPDATE sending_delivery d
       SET state = CASE WHEN {deadlines.OVER} THEN 'expired' ELSE r.state END,
           code = r.code, enhanced_code = r.enhanced, reason = r.reason,
           first_tried_at = {deadlines.FIRST_TRIED},
           message_id = CASE WHEN r.message = '' THEN d.message_id ELSE r.message END,
           attempt = d.attempt - CASE WHEN r.untried THEN 1 ELSE 0 END,
           sending_at = CASE WHEN r.untried THEN NULL ELSE d.sending_at END,
           next_at = CASE WHEN r.state = 'pending' AND NOT {deadlines.OVER}
                          THEN {deadlines.NEXT_TRY} END,
           done_at = CASE WHEN r.state = 'pending' AND NOT {deadlines.OVER}
                          THEN NULL ELSE clock_timestamp() END,
           unknown_since = CASE WHEN r.state = 'unknown' THEN clock_timestamp() END,
           claim_token = CASE WHEN r.state = 'unknown' THEN d.claim_token END
      FROM results r
     WHERE d.id = r.id AND d.claim_token = %(token)s AND d.state = 'sending'
    RETURNING d.id
)
"""  # noqa: S608 - constants of this module

INTENDED = f"""
intended AS (
    UPDATE sending_delivery d
       SET state = 'sending', sending_at = clock_timestamp(), attempt = d.attempt + 1,
           provider_id = %(provider)s::bigint
     WHERE d.id = ANY(%(ids)s::bigint[]) AND d.state = 'claimed' AND d.claim_token = %(token)s
       AND d.revision = {CONTENT} AND {WANTED}
    RETURNING d.id
)
"""  # noqa: S608 - constants of this module

# The intent must be on disk before a byte goes out, whatever the session's default is:
# set_config(…, true) lasts to the end of this statement's own transaction.
EXCHANGE = f"""
WITH {RESULTS}, {SETTLED}, {INTENDED}
SELECT set_config('synchronous_commit', 'on', true),
       ARRAY(SELECT id FROM settled), ARRAY(SELECT id FROM intended)
"""  # noqa: S608 - constants of this module

# A late answer. `sent` and `failed` may always be told; back to `pending` only while the
# campaign goes on, and the lock makes the finisher wait for us.
UPGRADE = f"""
WITH {RESULTS},
running AS (
    SELECT k.id FROM composing_campaign k
     WHERE k.id IN (SELECT d.campaign_id FROM sending_delivery d JOIN results r USING (id))
       AND k.status IN ('sending', 'paused') FOR SHARE
)
UPDATE sending_delivery d
   SET state = told.state, code = r.code, enhanced_code = r.enhanced, reason = r.reason,
       message_id = CASE WHEN r.message = '' THEN d.message_id ELSE r.message END,
       first_tried_at = {deadlines.FIRST_TRIED},
       attempt = d.attempt - CASE WHEN r.untried THEN 1 ELSE 0 END,
       sending_at = CASE WHEN r.untried THEN NULL ELSE d.sending_at END,
       next_at = CASE WHEN told.state = 'pending' THEN {deadlines.NEXT_TRY} END,
       done_at = CASE WHEN told.state = 'pending' THEN NULL ELSE clock_timestamp() END,
       claim_token = NULL, unknown_since = NULL
  FROM results r
  JOIN sending_delivery was ON was.id = r.id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN r.state = 'pending' AND was.campaign_id NOT IN (SELECT id FROM running)
                   THEN 'failed' ELSE r.state END AS state) AS told
 WHERE d.id = r.id AND d.claim_token = %(token)s AND d.state = 'unknown'
   AND r.state <> 'unknown'
RETURNING d.id
"""  # noqa: S608 - constants of this module

LEAVE_OUT = f"""
UPDATE sending_delivery d
   SET state = 'suppressed', done_at = clock_timestamp(), claim_token = NULL,
       reason = %(reason)s
 WHERE d.id = ANY(%(ids)s) AND d.state = 'claimed' AND d.claim_token = %(token)s
   AND {CONTENT} IS NOT NULL AND NOT {WANTED}
"""  # noqa: S608 - constants of this module

# What was intended and not settled keeps the lease, for the reaper to find.
RELEASE = """
WITH back AS (
    UPDATE sending_delivery
       SET state = 'pending', claim_token = NULL,
           next_at = statement_timestamp() + %(delay)s::interval
     WHERE id = ANY(%(ids)s::bigint[]) AND state = 'claimed' AND claim_token = %(token)s
)
DELETE FROM sending_lease
 WHERE token = %(token)s
   AND NOT EXISTS (SELECT FROM sending_delivery
                    WHERE id = ANY(%(ids)s::bigint[]) AND claim_token = %(token)s
                      AND state = 'sending')
RETURNING token
"""

FIELDS = ("email", "first_name", "last_name", "language", "country", "time_zone")


def claim(campaign_id: int, *, token: uuid.UUID, limit: int, lease: timedelta) -> list[Claimed]:
    """Take up to `limit` deliveries that nobody holds and whose time has come, by their ids."""
    values: dict[str, Any] = {
        "campaign": campaign_id,
        "token": token,
        "limit": limit,
        "lease": lease,
    }
    # RETURNING has the order of whatever plan was best.
    return [_claimed(row) for row in sorted(prepared.fetch(CLAIM, values), key=itemgetter(0))]


def exchange(
    token: uuid.UUID,
    results: Sequence[Result],
    ids: Sequence[int],
    provider_id: int | None = None,
) -> set[int]:
    """Settle the last window and commit the intent of the next, in one durable commit.

    Returns the ids that may be handed over now. Raises when the commit's fate is not
    known: then nothing may be handed over.
    """
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("an intent must be committed at once")
    values = _settling(token, results) | {"ids": arrays.text(ids), "provider": provider_id}
    [row] = prepared.fetch(EXCHANGE, values)
    late = set(row[1]).symmetric_difference(result.id for result in results)
    if late:
        upgrade(token, [result for result in results if result.id in late])
    return set(row[2])


def upgrade(token: uuid.UUID, results: Sequence[Result]) -> None:
    """Write down answers that came after the reaper had called their rows unknown."""
    with connection.cursor() as cursor:
        cursor.execute(UPGRADE, _settling(token, results))


def leave_out(token: uuid.UUID, ids: Sequence[int], reason: str) -> None:
    """Mark those of our claims that must not be mailed any more as suppressed."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVE_OUT, {"token": token, "ids": list(ids), "reason": reason})


def release(token: uuid.UUID, ids: Sequence[int], delay: timedelta = timedelta()) -> None:
    """Give claims back. Safe at any time: nothing has been handed over under a claim."""
    prepared.fetch(RELEASE, {"token": token, "ids": arrays.text(ids), "delay": delay})


def _settling(token: uuid.UUID, results: Sequence[Result]) -> dict[str, Any]:
    deadline = timedelta(hours=settings.SEND_DEADLINE_HOURS)
    return {"token": token, "results": as_json(results), "deadline": deadline}


def _claimed(row: tuple[Any, ...]) -> Claimed:
    contact = dict(zip(FIELDS, row[8:14], strict=True))
    fields = row[14]
    if fields != "{}":
        values = json.loads(fields).items()
        contact.update((key, typed_values.written(value)) for key, value in values)
    identity, uuid_hex, address, mode, epoch, revision, attempt, contact_id = row[:8]
    return Claimed(
        identity,
        uuid_hex,
        address,
        mode,
        epoch,
        revision,
        attempt,
        contact_id,
        contact,
        len(fields),
        row[15],
    )
