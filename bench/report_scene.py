"""A workspace with a campaign of many opens and clicks, and one of few, each with its people.

Beside each campaign one more is on its way to the same people: half of it went out.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience.models import List
from campaigns.composing.models import Campaign, Revision
from campaigns.reports import days, providers
from campaigns.reports.demo import agents
from campaigns.sending import reckoning
from tests import databases
from tracking import draining, hits, keys, links, partitions, spool
from tracking.hits import Hit
from tracking.tokens import Kind, Mode

EVENTS = int(os.environ.get("BENCH_MANY", "300000"))
FEW = 10_000
LINKS = 12
ANALYZED = (
    *("audience_contact", "audience_subscription", "sending_delivery"),
    *("tracking_event", "tracking_engagement", "tracking_linkclicker"),
)
DAYS = 14
# In which what is counted behind the pages must be done.
MOST_SECONDS = 120
BROWSER = hits.FETCH_METADATA + hits.LANGUAGE
# Far from the numbers that the database gives, so that persons can have theirs.
FIRST = 1_000_000_000
CONTACTS = """
INSERT INTO audience_contact (
    id, workspace_id, email, email_key, fingerprint, first_name, last_name, language, time_zone,
    country, fields, measuring, consent_epoch, created_at, updated_at)
SELECT %(first)s + n, %(workspace)s, address, address,
       decode(lpad(to_hex(%(first)s + n), 32, '0'), 'hex'), 'Reader', 'Number ' || n, '', '', '',
       '{}', CASE n %% 3 WHEN 0 THEN 'unknown' ELSE 'granted' END, 0, now(), now()
  FROM (SELECT n, 'reader' || n || '@' || (ARRAY['gmail.com', 'outlook.com', 'gmx.de',
               'firm' || n %% 999 || '.example'])[1 + n %% 4] AS address
          FROM generate_series(1, %(people)s) n) people
"""
# They came over a year, and one of thirty has left.
SUBSCRIPTIONS = """
INSERT INTO audience_subscription (workspace_id, list_id, contact_id, status, basis, basis_note,
                                   subscribed_at, unsubscribed_at)
SELECT workspace_id, %(list)s, id, CASE WHEN id %% 30 = 0 THEN 'unsubscribed' ELSE 'subscribed' END,
       'consent', '', now() - interval '1 day' * (10 + id %% 365),
       CASE WHEN id %% 30 = 0 THEN now() - interval '1 day' * (id %% 10) END
  FROM audience_contact WHERE workspace_id = %(workspace)s
"""
DELIVERIES = """
INSERT INTO sending_delivery
       (id, workspace_id, campaign_id, contact_id, uuid, address, address_key, domain, mode,
        consent_epoch, revision, state, attempt, message_id, code, enhanced_code, reason, done_at,
        sending_at, hard_bounced_at)
SELECT id, workspace_id, %(campaign)s, id, gen_random_uuid(), email, email,
       split_part(email, '@', 2), CASE id %% 3 WHEN 0 THEN 'aggregate' ELSE 'individual' END, 0, 1,
       CASE WHEN id %% 500 = 0 THEN 'failed' ELSE 'sent' END, 1, '', 250, '', '', %(at)s, %(at)s,
       CASE WHEN id %% 100 = 0 THEN %(at)s END
  FROM audience_contact WHERE workspace_id = %(workspace)s ORDER BY id
"""
# On its way: half of them have got it.
UNDER_WAY = """
INSERT INTO sending_delivery
       (workspace_id, campaign_id, contact_id, uuid, address, address_key, domain, mode,
        consent_epoch, revision, state, attempt, message_id, code, enhanced_code, reason, done_at,
        sending_at, next_at)
SELECT workspace_id, %(campaign)s, id, gen_random_uuid(), email, email,
       split_part(email, '@', 2), CASE id %% 3 WHEN 0 THEN 'aggregate' ELSE 'individual' END, 0, 1,
       CASE id %% 2 WHEN 0 THEN 'sent' ELSE 'pending' END, 1, '', 250, '', '',
       CASE id %% 2 WHEN 0 THEN now() END, CASE id %% 2 WHEN 0 THEN now() END,
       CASE id %% 2 WHEN 1 THEN now() END
  FROM audience_contact WHERE workspace_id = %(workspace)s ORDER BY id
"""
LEFT = """
INSERT INTO audience_unsubscription
       (workspace_id, contact_id, list_id, campaign_id, delivery_id, source, at)
SELECT workspace_id, contact_id, %(list)s, campaign_id, id, 'page', now()
  FROM sending_delivery WHERE campaign_id = %(campaign)s AND id %% 300 = 0
"""
MAIL = "<html><body><h1>News</h1>{}</body></html>"
BESIDE = """
INSERT INTO tracking_event (workspace_id, campaign_id, delivery_id, contact_id, mode, kind, number,
       at, verdict, reason, rules, country, device, os, client)
SELECT workspace_id, campaign_id + 1000000 * copy, delivery_id, contact_id, mode, kind, number, at,
       verdict, reason, rules, country, device, os, client
  FROM tracking_event, generate_series(1, 4) copy WHERE campaign_id = %s
"""


class Scene(NamedTuple):
    """A workspace, its list, the campaign that was read, and the one on its way."""

    everybody: List
    campaign: Campaign
    under_way: Campaign


@contextmanager
def scenes() -> Iterator[tuple[Scene, Scene]]:
    """Give the large workspace and the small one, in a database that is dropped in the end."""
    with databases.of_worker("report"):
        large = _make(EVENTS, first=FIRST)
        small = _make(FEW, first=2 * FIRST)
        with connection.cursor() as cursor:
            cursor.execute(BESIDE, (large.campaign.pk,))
            for table in ANALYZED:
                cursor.execute(f"VACUUM ANALYZE {table}")
        _count_behind_the_pages(large.campaign.pk, small.campaign.pk)
        yield large, small


def _count_behind_the_pages(*over: int) -> None:
    """Count what the workers have counted before anybody looks, until it holds for what is over."""
    days.begin()
    for workspace_id in days.due():
        days.count(workspace_id)
    # A first count is doubtful, and the next is due only after a while.
    deadline = time.monotonic() + MOST_SECONDS
    while not all(one.is_final for one in reckoning.of_many(over).values()):
        if time.monotonic() > deadline:
            raise AssertionError("how the deliveries stand was not counted for good")
        for campaign_id in reckoning.due():
            reckoning.renew(campaign_id)
        time.sleep(0.05)
    for campaign_id in providers.due():
        providers.count(campaign_id)


def _make(people: int, *, first: int) -> Scene:
    """Make a campaign that went to as many people as it has events."""
    workspace = Workspace.objects.create(name="Benchmark", postal_address="1 Main Street")
    everybody = List.objects.create(workspace=workspace, name="Everybody")
    now = timezone.now()
    sent_at = now - timedelta(days=DAYS)
    campaign = _campaign(
        everybody, "sent", launched_at=sent_at, finished_at=sent_at + timedelta(hours=1)
    )
    under_way = _campaign(everybody, "sending", launched_at=now)
    values = {"first": first, "workspace": workspace.pk, "list": everybody.pk, "people": people}
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS, values)
        cursor.execute(SUBSCRIPTIONS, values)
        cursor.execute("ANALYZE audience_contact")
        cursor.execute(DELIVERIES, values | {"campaign": campaign.pk, "at": sent_at})
        cursor.execute(UNDER_WAY, values | {"campaign": under_way.pk})
        cursor.execute(LEFT, values | {"campaign": campaign.pk})
    _fill(campaign.pk, people, first=first)
    return Scene(everybody, campaign, under_way)


def _campaign(everybody: List, status: str, **moments: datetime) -> Campaign:
    workspace = everybody.workspace
    made = Campaign.objects.create(workspace=workspace, name="News", status=status, **moments)
    made.lists.add(everybody)
    addresses = [f"https://shop.example/{number}" for number in range(LINKS)]
    numbers = links.register(made.pk, workspace.pk, addresses)
    anchors = "".join(f'<p><a href="{address}">Offer</a></p>' for address in addresses)
    Revision.objects.create(
        workspace=workspace,
        campaign=made,
        number=1,
        subject="News",
        from_name="Acme News",
        from_email="news@acme.example",
        html=MAIL.format(anchors),
        text="News",
        links=numbers,
    )
    return made


def _fill(campaign_id: int, events: int, *, first: int) -> None:
    """Let the drainer count the hits of two weeks, in the order they came."""
    start = datetime.now(UTC) - timedelta(days=DAYS)
    partitions.ensure({partitions.month_of(start), partitions.month_of(datetime.now(UTC))})
    found = sorted(_hits(campaign_id, start, events, first), key=lambda hit: hit.at_ns)
    with tempfile.TemporaryDirectory() as folder:
        writer = spool.Writer(Path(folder), max_bytes=2**30)
        for hit in found:
            writer.append(hits.pack(hit))
        draining.drain(Path(folder))


def _hits(campaign_id: int, start: datetime, events: int, first: int) -> Iterator[Hit]:
    random = Random(7)
    personal = keys.signer().pair(campaign_id, Mode.INDIVIDUAL)
    shared = keys.signer().pair(campaign_id, Mode.AGGREGATE)
    programs = list(agents.READING.values())
    countries = list(agents.NETWORKS.values())
    for _event in range(events):
        person = first + random.randrange(1, events // 2)
        # Always the same program and place for one person.
        own = Random(person)
        program, home = own.choice(programs), agents.address(own, own.choice(countries))
        tokens = (personal if person % 3 else shared)(person, person, 0)
        # Most come early.
        seconds = random.expovariate(1 / 40_000) % (DAYS * 86_400 - 60) + 30
        at = int((start.timestamp() + seconds) * 1e9)
        if random.random() < 0.8:
            ip = agents.address(random, program.proxy) if program.proxy else home
            yield Hit(at, Kind.OPEN, tokens[0], 0, ip, own.choice(program.images), BROWSER)
        else:
            number = min(LINKS, 1 + int(random.expovariate(0.4)))
            agent = own.choice(program.browsers)
            yield Hit(at, Kind.CLICK, tokens[1], number, home, agent, BROWSER)
