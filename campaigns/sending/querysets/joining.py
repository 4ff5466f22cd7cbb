"""Deliveries for people who joined a campaign's audience after its launch."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.db.models import Exists, Max, OuterRef

from campaigns.audience.querysets import ContactQuerySet
from campaigns.composing.models import Campaign, Revision
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching, ledger, non_openers

# A paused campaign is somebody's to resume; nobody is added behind their back.
GOING = (Campaign.Status.SENDING, Campaign.Status.SENT)

# Who was left out because they had left, and came back: nothing was ever sent to them.
MISSED = f"""
   d.campaign_id = %(campaign)s AND d.state = 'suppressed' AND d.resends = 0
   AND {ledger.WANTED}
   AND EXISTS (SELECT FROM composing_campaign k
                WHERE k.id = d.campaign_id AND (k.non_openers_of_id IS NULL
                   OR {non_openers.STILL.format(first="k.non_openers_of_id")}))
"""
TAKE_BACK = f"""
UPDATE sending_delivery d
   SET state = 'pending', claim_token = NULL, done_at = NULL,
       next_at = clock_timestamp(), first_tried_at = NULL,
       code = NULL, enhanced_code = '', reason = ''
 WHERE d.id IN (SELECT d.id FROM sending_delivery d WHERE {MISSED} LIMIT %(limit)s)
   AND {MISSED}
"""  # noqa: S608 - constants of this module


def count(campaign: Campaign) -> int:
    """Count the people who would get the campaign now, and did not at its launch."""
    with connection.cursor() as cursor:
        sql = f"SELECT count(*) FROM sending_delivery d WHERE {MISSED}"  # noqa: S608 - as above
        cursor.execute(sql, {"campaign": campaign.pk} | non_openers.days())
        (came_back,) = cursor.fetchone()
    return _newcomers(campaign).count() + int(came_back)


def take_back(campaign_id: int, *, limit: int) -> int:
    """Let some wait again who came back to its lists, and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, {"campaign": campaign_id, "limit": limit} | non_openers.days())
        return int(cursor.rowcount)


def add(campaign: Campaign, *, after: int, limit: int, minimum: int) -> tuple[int, int | None]:
    """Add the next newcomers, by their numbers after `after`. The campaign must be held.

    Returns how many were added, and where to look next; None: that was the end. Twice adds
    nobody twice: the database allows one delivery per person and per address.
    """
    revision = Revision.objects.filter(campaign=campaign.pk).order_by("-number").first()
    top = _newcomers(campaign, {"gt": after}).order_by("pk")[:limit]
    end = top.aggregate(end=Max("pk"))["end"]
    if revision is None or end is None:
        return 0, None
    some = _newcomers(campaign, {"gt": after, "lte": end})
    added = launching.insert(some, campaign, revision.number)
    if added:
        # Before anybody can claim them.
        launching.protect_few(campaign.pk, minimum=minimum)
    return added, end


def _newcomers(campaign: Campaign, ids: Mapping[str, int] | None = None) -> ContactQuerySet:
    """People of its audience without a delivery, by person or by address."""
    mine = Delivery.objects.filter(campaign=campaign.pk)
    # Two questions, not one with "or": each is a join, where one would be a search per person.
    return launching.audience(campaign, ids=ids).filter(
        ~Exists(mine.filter(contact=OuterRef("pk"))),
        ~Exists(mine.filter(address_key=OuterRef("email_key"))),
    )
