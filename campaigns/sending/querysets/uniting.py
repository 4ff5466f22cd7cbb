"""Two contacts are one person: the SQL of what that means for their deliveries.

A campaign's counts and a mail's name stay what they are. One campaign has one delivery to a
person that names them; a second one is known through `SecondDelivery`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from campaigns.sending.querysets import digests

HOLD = """
SELECT id FROM sending_delivery WHERE contact_id IN (%(gone)s, %(kept)s) ORDER BY id FOR UPDATE
"""

# What is known of mails to the one will be known of the other.
BITS = """
SELECT d.campaign_id, unnest(ARRAY[%(gone)s::bigint >> 12, %(kept)s::bigint >> 12]) AS block
  FROM sending_delivery d WHERE d.contact_id IN (%(gone)s, %(kept)s)
"""

# Whoever had withdrawn since the launch gets nothing recorded, as a claim would say; else it is
# no more than the person has agreed to now.
_STANDS = (
    "d.consent_epoch = CASE WHEN d.contact_id = %(gone)s THEN %(gone_epoch)s::int"
    " ELSE %(kept_epoch)s::int END"
)
_LOWERED = """CASE WHEN NOT ({stands}) OR {said} IN ('refused', 'withdrawn') THEN 'none'
       WHEN {said} <> 'granted' AND {mode} = 'individual' THEN 'aggregate' ELSE {mode} END"""
_OPENS = _LOWERED.format(stands=_STANDS, said="%(opens)s", mode="d.mode")
_CLICKS = _LOWERED.format(
    stands=_STANDS, said="%(clicks)s", mode="COALESCE(NULLIF(d.click_mode, ''), d.mode)"
)
# What somebody has in hand is claimed anew, with what goes for the person now.
LOWER = f"""
UPDATE sending_delivery d
   SET state = 'pending', claim_token = NULL, next_at = COALESCE(d.next_at, clock_timestamp()),
       consent_epoch = %(epoch)s, mode = {_OPENS},
       click_mode = CASE WHEN {_CLICKS} = {_OPENS} THEN '' ELSE {_CLICKS} END
 WHERE d.contact_id IN (%(gone)s, %(kept)s) AND d.state IN ('pending', 'claimed')
"""  # noqa: S608 - constants of this module

NAME_SECONDS = """
INSERT INTO sending_seconddelivery (delivery_id, workspace_id, contact_id)
SELECT d.id, d.workspace_id, %(kept)s FROM sending_delivery d
 WHERE d.contact_id = %(gone)s AND EXISTS (
       SELECT FROM sending_delivery o
        WHERE o.contact_id = %(kept)s AND o.campaign_id = d.campaign_id)
"""

_CANCELLED = """state = CASE WHEN d.state = 'pending' THEN 'cancelled' ELSE d.state END,
       done_at = CASE WHEN d.state = 'pending' THEN clock_timestamp() ELSE d.done_at END,
       next_at = NULL"""
# One of a campaign is enough.
LEAVE_OUT = f"""
UPDATE sending_delivery d SET contact_id = NULL, {_CANCELLED}
  FROM sending_seconddelivery s WHERE s.delivery_id = d.id AND d.contact_id = %(gone)s
"""  # noqa: S608 - constants of this module

# The other one is out, or may be.
HAS_IT = f"""
UPDATE sending_delivery d SET {_CANCELLED}
  FROM sending_seconddelivery s JOIN sending_delivery o ON o.id = s.delivery_id
 WHERE s.contact_id = %(kept)s AND d.contact_id = %(kept)s AND d.campaign_id = o.campaign_id
   AND d.state = 'pending' AND o.state IN ('sending', 'sent', 'unknown')
   AND o.hard_bounced_at IS NULL
"""  # noqa: S608 - constants of this module

HAND_OVER_SECONDS = """
UPDATE sending_seconddelivery SET contact_id = %(kept)s WHERE contact_id = %(gone)s
"""
HAND_OVER = "UPDATE sending_delivery SET contact_id = %(kept)s WHERE contact_id = %(gone)s"

# By these nothing went out yet. What was sent or failed keeps the address that it went to; a
# retry asks for the one that is right by then.
ADDRESS = """
UPDATE sending_delivery d
   SET address = c.email, address_key = c.email_key,
       domain = split_part(c.email_key, '@', -1)
  FROM audience_contact c
 WHERE c.id = %(kept)s AND d.contact_id = c.id AND d.address_key <> c.email_key
   AND (d.state = 'pending' OR (d.state = 'suppressed' AND d.sending_at IS NULL))
   AND NOT EXISTS (SELECT FROM sending_delivery o
                    WHERE o.campaign_id = d.campaign_id AND o.address_key = c.email_key)
"""
# The campaign knows the address that is kept already.
KNOWN_ALREADY = f"""
UPDATE sending_delivery d SET {_CANCELLED}
  FROM audience_contact c
 WHERE c.id = %(kept)s AND d.contact_id = c.id AND d.address_key <> c.email_key
   AND d.state = 'pending'
"""  # noqa: S608 - constants of this module

STATEMENTS = (
    *(LOWER, NAME_SECONDS, LEAVE_OUT, HAS_IT, HAND_OVER_SECONDS, HAND_OVER),
    *(ADDRESS, KNOWN_ALREADY),
)


def unite(values: Mapping[str, Any]) -> None:
    """Let the deliveries of one contact be another's, and none of what waits a second one."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        digests.hold(BITS, values)
        for statement in STATEMENTS:
            cursor.execute(statement, values)
