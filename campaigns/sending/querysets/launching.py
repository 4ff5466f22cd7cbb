"""Freeze an audience into deliveries: the SQL of `filling`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, Max, Q

from campaigns.audience import statements
from campaigns.audience.models import Contact
from campaigns.audience.querysets import ContactQuerySet
from campaigns.composing import allowing, narrowing
from campaigns.composing.models import Campaign, Revision
from campaigns.sending import local_times
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import moments, non_openers
from campaigns.sending.querysets.deliveries import both

FILL = (
    """
INSERT INTO sending_delivery (
    id, workspace_id, campaign_id, contact_id, uuid, address, address_key, domain, mode,
    click_mode, consent_epoch, revision, state, attempt, next_at, message_id, enhanced_code,
    reason)
SELECT m.delivery_id, %(workspace)s, %(campaign)s, m.id,
       -- See `naming`. A hash under a seed is as hard to guess as what is random, and made
       -- in a fifth of the time.
       (overlay(encode(substring(sha256(%(seed)s::bytea || int8send(m.delivery_id)) FOR 8), 'hex')
                PLACING '8' FROM 13)
        || to_hex(m.delivery_id | (1::bigint << 63)))::uuid,
       m.email, m.email_key, split_part(m.email_key, '@', -1), m.mode,
       CASE WHEN m.click_mode = m.mode THEN '' ELSE m.click_mode END,
       m.consent_epoch, %(revision)s, 'pending', 0,
       -- Whose moment has passed gets it at once.
       GREATEST(statement_timestamp(), COALESCE(z.at, c.at, %(otherwise)s::timestamptz)),
       '', '', ''
  FROM (SELECT nextval('sending_delivery_id_seq') AS delivery_id, p.*
          FROM ({mailable}) AS p) AS m"""  # noqa: S608 - constants
    + moments.JOINS
)
# Who has a delivery keeps it. To be ready for that costs a seventh of the launch.
KEEP = "ON CONFLICT DO NOTHING"

# The other parts may be filled meanwhile; who would stop the campaign waits.
HOLD = """
SELECT FROM composing_campaign WHERE id = %(campaign)s AND status = 'preparing' FOR SHARE
"""

# Nothing was handed over yet, so nothing else speaks of them.
FORGET = """
WITH gone AS (DELETE FROM sending_delivery WHERE campaign_id = %(campaign)s RETURNING id)
DELETE FROM sending_seconddelivery s USING gone WHERE s.delivery_id = gone.id
"""

# A small audience's totals would speak about people: see docs/privacy.md.
PROTECT_FEW = """
UPDATE sending_delivery d
   SET mode = lowered.opens,
       click_mode = CASE WHEN lowered.clicks = lowered.opens THEN '' ELSE lowered.clicks END
  FROM audience_contact c
 CROSS JOIN LATERAL (
       SELECT c.measuring AS opens,
              COALESCE(NULLIF(c.measuring_clicks, ''), c.measuring) AS clicks) AS said
  JOIN sending_delivery was ON was.contact_id = c.id
 CROSS JOIN LATERAL (
       SELECT was.mode AS opens, COALESCE(NULLIF(was.click_mode, ''), was.mode) AS clicks) AS now
 CROSS JOIN LATERAL (
       SELECT CASE WHEN now.opens = 'individual' AND said.opens <> 'granted'
                   THEN 'aggregate' ELSE now.opens END AS opens,
              CASE WHEN now.clicks = 'individual' AND said.clicks <> 'granted'
                   THEN 'aggregate' ELSE now.clicks END AS clicks) AS lowered
 WHERE d.campaign_id = %s AND was.id = d.id
   AND (lowered.opens, lowered.clicks) <> (now.opens, now.clicks)
"""


def parts(campaign_id: int, *, size: int) -> Iterator[Mapping[str, int]]:
    """Cut the audience into parts of `size` people, as the bounds of their ids."""
    campaign = Campaign.objects.select_related("workspace").get(pk=campaign_id)
    after = 0
    while True:
        people = audience(campaign, ids={"gt": after}).order_by("pk")
        end = people.values_list("pk", flat=True)[:size].aggregate(end=Max("pk"))["end"]
        if end is None:
            return
        yield {"gt": after, "lte": end}
        after = end


def fill(revision: Revision, ids: Mapping[str, int]) -> bool:
    """Insert the deliveries of one part, and say whether the campaign still prepares.

    Holds the campaign's row, so that nothing is added to one that has left `preparing`. Who
    has a delivery keeps it: a part may be filled again, by anybody, at any time.
    """
    campaign_id = revision.campaign_id
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(HOLD, {"campaign": campaign_id})
            if cursor.fetchone() is None:
                return False
        campaign = Campaign.objects.select_related("workspace").get(pk=campaign_id)
        people = audience(campaign, ids=ids)
        try:
            with transaction.atomic():
                insert(people, campaign, revision.number, are_new=True)
        except IntegrityError:
            # Somebody was here before us, and did not get to the end.
            insert(people, campaign, revision.number)
    return True


def insert(
    people: ContactQuerySet, campaign: Campaign, revision: int, *, are_new: bool = False
) -> int:
    """Insert a delivery of `campaign` for each of `people`, and return how many are new.

    Raises `IntegrityError` when they `are_new` and one of them has a delivery.
    """
    allowed = allowing.of(campaign)
    # Typed as Any: the checker does not see the annotation of another module.
    modes: Any = people.with_measuring_mode(allowed.policy, allowed.most)
    columns = (
        *("email", "email_key", "mode", "click_mode", "consent_epoch"),
        *("country", "time_zone", "learned_zone"),
    )
    sql, given = statements.of(modes.values("id", *columns))
    further = {
        "workspace": campaign.workspace_id,
        "campaign": campaign.pk,
        "revision": revision,
        "seed": secrets.token_bytes(32),
        **moments.values(local_times.of_campaign(campaign)),
    }
    with connection.cursor() as cursor:
        fill_in = FILL.format(mailable=sql) + ("" if are_new else KEEP)
        cursor.execute(*moments.named(fill_in, given, further))
        return int(cursor.rowcount)


def audience(campaign: Campaign, *, ids: Mapping[str, int] | None = None) -> ContactQuerySet:
    """People whom a launch would reach now, each once; with `ids`, a part: see `mailable`."""
    list_ids = list(campaign.lists.values_list("pk", flat=True))
    people = Contact.objects.mailable(campaign.workspace_id, list_ids, ids=ids)
    people = narrowing.narrow(people, campaign)
    if campaign.non_openers_of_id is None:
        return people
    return non_openers.among(people, campaign.non_openers_of_id)


def mailed_since(campaign: Campaign, since: datetime) -> int:
    """Return how many of those whom a launch would reach now got another campaign since then."""
    others = Campaign.objects.filter(workspace=campaign.workspace_id).exclude(pk=campaign.pk)
    # Else every mail of the house's history would be looked at.
    lately = others.filter(Q(finished_at__isnull=True) | Q(finished_at__gte=since))
    ids = list(lately.exclude(launched_at=None).values_list("pk", flat=True))
    if not ids:
        return 0
    got = Delivery.objects.filter(campaign__in=ids, done_at__gte=since, state="sent")
    return audience(campaign).filter(pk__in=got.values("contact")).count()


def tell_the_planner() -> None:
    """Let workers' prepared statements be planned anew, for a ledger that has just grown.

    Only what they ask for is looked at, and at a tenth of it: the rest is left to autovacuum.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute("ANALYZE sending_delivery (campaign_id, contact_id, state, next_at)")


def forget(campaign_id: int) -> None:
    """Delete what was frozen for a campaign that is not launched after all."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"campaign": campaign_id})


def protect_few(campaign_id: int, *, minimum: int) -> None:
    """Tell nobody apart without their own consent when fewer than `minimum` get the mail."""
    if Delivery.objects.filter(campaign=campaign_id)[:minimum].count() >= minimum:
        return
    with connection.cursor() as cursor:
        cursor.execute(PROTECT_FEW, (campaign_id,))


def audience_modes(campaign: Campaign, *, minimum: int) -> dict[str, int]:
    """Count whom a launch would reach now, by how they would be tracked.

    Beside the modes there are people of whom only opens, or only clicks, are individual:
    "opens" and "clicks".
    """
    allowed = allowing.of(campaign)
    said: Any = audience(campaign).with_measuring_mode(allowed.policy, allowed.most)
    keys = ("mode", "click_mode", "measuring", "measuring_clicks")
    rows = list(said.values_list(*keys).annotate(n=Count("pk")).order_by())
    few = sum(row[-1] for row in rows) < minimum
    modes: dict[str, int] = {}
    for opens, clicks, said_of_opens, said_of_clicks, n in rows:
        kept = both(
            _lowered(opens, said_of_opens, few=few),
            _lowered(clicks, said_of_clicks or said_of_opens, few=few),
        )
        modes[kept] = modes.get(kept, 0) + n
    return modes


def _lowered(mode: str, said: str, *, few: bool) -> str:
    return "aggregate" if few and mode == "individual" and said != "granted" else mode
