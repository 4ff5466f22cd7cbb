"""Another chance for deliveries: back to pending, because somebody decided that.

Beside `ledger`'s settling of a definite refusal, the only statements that lead there. Each
holds the campaign's row, so that it and the finisher take turns: a campaign that was sent
is sending again in the very transaction that gives it something to send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from campaigns.composing.models import Campaign
from campaigns.sending.querysets import digests, reasons

Status = Campaign.Status
# What may get further mails. What was cancelled was ended for good.
ALIVE = (Status.SENDING, Status.PAUSED, Status.SENT)
CHUNK = 5_000

# What was decided after the person had looked is not what they decided about; so saying
# the same thing twice changes nothing.
SEEN = "COALESCE(d.done_at, '-infinity') <= LEAST(%(as_of)s, statement_timestamp())"

# One look at the next of them, held for as long as it takes to decide about each.
LOOK = f"""
looked AS MATERIALIZED (
    SELECT d.id FROM sending_delivery d
     WHERE d.campaign_id = %(campaign)s AND d.id > %(after)s AND {{state}} AND {SEEN}
     ORDER BY d.id LIMIT %(limit)s FOR UPDATE
)
"""  # noqa: S608 - constants of this module
FAILED = "d.state IN ('failed', 'expired')"
UNKNOWN = "d.state = 'unknown'"
# Of what is not confirmed more is kept than the row.
BITS = f"""
WITH {LOOK.format(state="{state}")}
SELECT d.campaign_id, d.contact_id >> 12 AS block FROM looked JOIN sending_delivery d USING (id)
"""  # noqa: S608 - constants of this module
# How many were moved, and where the next look begins.
TELL = "SELECT (SELECT count(*) FROM moved), (SELECT max(id) FROM looked)"

# A person who corrected an address meanwhile meant it to be used; nobody gets two by it.
ADDRESSED = """
    SELECT f.id, c.email, c.email_key,
           c.id IS NOT NULL AND c.email_key <> d.address_key AND NOT EXISTS (
               SELECT FROM sending_delivery o
                WHERE o.campaign_id = d.campaign_id AND o.address_key = c.email_key) AS corrected
      FROM {rows} f JOIN sending_delivery d USING (id)
      LEFT JOIN audience_contact c ON c.id = d.contact_id
"""
CORRECTED = """
           address = CASE WHEN chosen.corrected THEN chosen.email ELSE d.address END,
           address_key = CASE WHEN chosen.corrected THEN chosen.email_key ELSE d.address_key END,
           domain = CASE WHEN chosen.corrected
                         THEN substring(chosen.email_key FROM '[^@]*$') ELSE d.domain END
"""
RETRY = f"""
WITH {LOOK.format(state=FAILED)},
failures AS (
    SELECT f.*, {reasons.KIND} AS kind FROM ({reasons.FAILURE} JOIN looked USING (id)) f
),
chosen AS ({ADDRESSED.format(rows="failures")} WHERE {reasons.KEY} = ANY(%(keys)s)),
moved AS (
    UPDATE sending_delivery d
       SET state = 'pending', claim_token = NULL, unknown_since = NULL, done_at = NULL,
           next_at = clock_timestamp(), first_tried_at = NULL,
           code = NULL, enhanced_code = '', reason = '', {CORRECTED}
      FROM chosen WHERE d.id = chosen.id AND {FAILED}
    RETURNING d.id
)
{TELL}
"""  # noqa: S608 - constants of this module

# The old token goes: an answer that is still under way may not speak for the new attempt.
AGAIN = f"""
    UPDATE sending_delivery d
       SET state = 'pending', claim_token = NULL, unknown_since = NULL, done_at = NULL,
           next_at = clock_timestamp(), first_tried_at = NULL,
           code = NULL, enhanced_code = '', reason = '', resends = d.resends + 1,
           {CORRECTED}
      FROM chosen WHERE d.id = chosen.id AND {UNKNOWN}
"""  # noqa: S608 - constants of this module

RESEND = f"""
WITH {LOOK.format(state=UNKNOWN)},
chosen AS ({ADDRESSED.format(rows="looked")}),
moved AS ({AGAIN} RETURNING d.id)
{TELL}
"""

# The policy stands in the statement itself, so that nothing is sent again under `hold`,
# whoever calls; and once for each person, so that "twice" is the most.
DUE = f"""{UNKNOWN} AND d.resends = 0 AND d.unknown_since < clock_timestamp() - %(wait)s
       AND d.unknown_since > clock_timestamp() - %(longest)s"""
RESEND_DUE = f"""
WITH {LOOK.format(state=DUE)},
chosen AS ({ADDRESSED.format(rows="looked")}),
moved AS (
    {AGAIN} AND {DUE}
       AND EXISTS (SELECT FROM composing_campaign k
                    WHERE k.id = d.campaign_id AND k.on_unknown = 'retry'
                      AND k.status IN ('sending', 'sent'))
    RETURNING d.id
)
{TELL}
"""


def now() -> datetime:
    """The database's moment, to be shown to a person and told back by what they decide."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    moment: datetime = row[0]
    return moment


def retry(
    campaign_id: int, keys: Sequence[str], *, as_of: datetime, after: int
) -> tuple[int, int | None]:
    """Give the next of what failed for these reasons a new attempt. The campaign must be held.

    Returns how many that is, and where to look next; None: that was the end.
    """
    return _some(RETRY, campaign_id, {"keys": list(keys), "as_of": as_of, "after": after})


def resend(campaign_id: int, *, as_of: datetime, after: int) -> tuple[int, int | None]:
    """Send again the next of what is not confirmed: a person takes it on them. As `retry`."""
    values = {"as_of": as_of, "after": after}
    _hold(UNKNOWN, campaign_id, values)
    return _some(RESEND, campaign_id, values)


def resend_due(campaign_id: int, *, wait: timedelta, longest: timedelta) -> int:
    """Send again, once, what the campaign's policy says to send again. Returns how many."""
    values: dict[str, Any] = {"wait": wait, "longest": longest, "as_of": now()}
    done = 0
    after: int | None = 0
    while after is not None:
        with transaction.atomic():
            if locked(campaign_id) is None:
                break
            values["after"] = after
            _hold(DUE, campaign_id, values)
            moved, after = _some(RESEND_DUE, campaign_id, values)
            if moved:
                reopen(campaign_id)
        done += moved
    return done


def locked(campaign_id: int, statuses: Sequence[str] = ALIVE) -> Campaign | None:
    """Hold the campaign's row to the end of the transaction, if it is in one of these."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("workspace")
    return rows.filter(pk=campaign_id, status__in=statuses).first()


def reopen(campaign_id: int, *, paused: str = "") -> bool:
    """Let a campaign that was sent go on, and say whether it was. Its row must be held."""
    return Campaign.objects.filter(pk=campaign_id).move(
        source=[Status.SENT],
        target=Status.PAUSED if paused else Status.SENDING,
        finished_at=None,
        pause_reason=paused,
        pause_cause=Campaign.PauseCause.USER if paused else "",
    )


def _hold(state: str, campaign_id: int, values: Mapping[str, Any]) -> None:
    given = {**values, "campaign": campaign_id, "limit": CHUNK}
    digests.hold(BITS.format(state=state), given)


def _some(sql: str, campaign_id: int, values: dict[str, Any]) -> tuple[int, int | None]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"campaign": campaign_id, "limit": CHUNK})
        moved, last = cursor.fetchone()
    return moved, last
