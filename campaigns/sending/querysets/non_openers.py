"""People who got a campaign and did not open it, as far as that can be known.

Known only of people who were measured one by one, then and ever since: of everybody else
we do not say that they did not open. A look that may have been a mail program's counts as
an open here, so that nobody who read it is asked to read it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from campaigns.audience.querysets import ContactQuerySet
from campaigns.sending.models import Delivery
from tracking.models import Engagement

READ = Q(opens_sure__gt=0) | Q(opens_uncertain__gt=0) | Q(clicks_sure__gt=0)
READ |= Q(clicks_uncertain__gt=0)

COUNT = """
SELECT count(*),
       count(*) FILTER (WHERE NOT known),
       count(*) FILTER (WHERE known AND read),
       count(*) FILTER (WHERE known AND NOT read)
  FROM (SELECT d.mode = 'individual' AND c.id IS NOT NULL
               AND c.consent_epoch = d.consent_epoch AND d.hard_bounced_at IS NULL
               AND d.sending_at > statement_timestamp() - make_interval(days => %s)
               AS known,
               COALESCE(e.opens_sure + e.opens_uncertain
                        + e.clicks_sure + e.clicks_uncertain, 0) > 0 AS read
          FROM sending_delivery d
          LEFT JOIN audience_contact c ON c.id = d.contact_id
          LEFT JOIN tracking_engagement e ON e.campaign_id = d.campaign_id
                                         AND e.delivery_id = d.id
         WHERE d.campaign_id = %s AND d.state = 'sent') AS d
"""

# The question of `among`, of the contact of one delivery `d`; `{first}` is the first campaign,
# and `days` gives the rest.
STILL = """
    EXISTS (SELECT FROM sending_delivery f JOIN audience_contact c ON c.id = f.contact_id
             WHERE f.campaign_id = {first} AND f.contact_id = d.contact_id
               AND f.state = 'sent' AND f.mode = 'individual' AND f.hard_bounced_at IS NULL
               AND f.consent_epoch = c.consent_epoch
               AND f.sending_at > statement_timestamp() - make_interval(days => %(days)s)
               AND NOT EXISTS (SELECT FROM tracking_engagement e
                                WHERE e.campaign_id = f.campaign_id AND e.delivery_id = f.id
                                  AND e.opens_sure + e.opens_uncertain
                                      + e.clicks_sure + e.clicks_uncertain > 0))
"""
LEAVE_OUT = f"""
UPDATE sending_delivery d
   SET state = 'suppressed', done_at = clock_timestamp(), claim_token = NULL,
       reason = %(reason)s
 WHERE d.id = ANY(%(ids)s) AND d.state = 'claimed' AND d.claim_token = %(token)s
   AND NOT {STILL.format(first="%(first)s")}
"""  # noqa: S608 - constants of this module


class Counts(NamedTuple):
    """Whom a campaign was sent to, by what is known of their reading."""

    sent: int
    not_known: int
    read: int
    not_read: int


def counts(campaign_id: int) -> Counts:
    """Count the campaign's recipients; the last three add up to the first."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, (settings.EVENT_RETENTION_DAYS, campaign_id))
        return Counts(*cursor.fetchone())


def among(people: ContactQuerySet, campaign_id: int) -> ContactQuerySet:
    """Of `people`, those who got the campaign and are known not to have opened it."""
    read = Engagement.objects.filter(READ, campaign_id=campaign_id, delivery_id=OuterRef("pk"))
    got = Delivery.objects.filter(
        ~Exists(read),
        campaign=campaign_id,
        contact=OuterRef("pk"),
        state=Delivery.State.SENT,
        mode=Delivery.Mode.INDIVIDUAL,
        hard_bounced_at__isnull=True,
        # Who withdrew meanwhile has taken back what we knew.
        consent_epoch=OuterRef("consent_epoch"),
        # Of older mails it is not kept of everybody.
        sending_at__gt=Now() - timedelta(days=settings.EVENT_RETENTION_DAYS),
    )
    return people.filter(Exists(got))


def days() -> dict[str, int]:
    """For a statement that asks `STILL`."""
    return {"days": settings.EVENT_RETENTION_DAYS}


def leave_out(token: uuid.UUID, first_id: int, ids: Sequence[int], reason: str) -> None:
    """Of our claims on a reminder, leave out who opened campaign `first_id` since its launch."""
    with connection.cursor() as cursor:
        cursor.execute(
            LEAVE_OUT,
            {"token": token, "first": first_id, "ids": list(ids), "reason": reason, **days()},
        )
