"""A campaign with many opens and clicks, one with few, and what lies beside them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from django.db import connection, transaction

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.reports.demo import agents
from tracking import draining, hits, keys, links, partitions, spool
from tracking.hits import Hit
from tracking.tokens import Kind, Mode

EVENTS = int(os.environ.get("BENCH_MANY", "300000"))
FEW = 10_000
LINKS = 12
DAYS = 14
BROWSER = hits.FETCH_METADATA + hits.LANGUAGE
# Far from the numbers that the database gives, so that persons can have theirs.
FIRST = 1_000_000_000
DELIVERIES = """
INSERT INTO sending_delivery
       (id, workspace_id, campaign_id, uuid, address, address_key, domain, mode, consent_epoch,
        revision, state, attempt, message_id, code, enhanced_code, reason, done_at, sending_at,
        hard_bounced_at)
SELECT %(first)s + n, %(workspace)s, %(campaign)s, gen_random_uuid(),
       'reader' || n || '@' || domain, 'reader' || n || '@' || domain, domain,
       CASE n %% 3 WHEN 0 THEN 'aggregate' ELSE 'individual' END, 0, 1,
       CASE WHEN n %% 500 = 0 THEN 'failed' ELSE 'sent' END, 1, '', 250, '', '', now(), now(),
       CASE WHEN n %% 100 = 0 THEN now() END
  FROM (SELECT n, (ARRAY['gmail.com', 'outlook.com', 'gmx.de', 'firm' || n %% 999 || '.example'])
                  [1 + n %% 4] AS domain
          FROM generate_series(1, %(people)s) n) people
"""
BESIDE = """
INSERT INTO tracking_event (workspace_id, campaign_id, delivery_id, contact_id, mode, kind, number,
       at, verdict, reason, rules, country, device, os, client)
SELECT workspace_id, campaign_id + 1000000 * copy, delivery_id, contact_id, mode, kind, number, at,
       verdict, reason, rules, country, device, os, client
  FROM tracking_event, generate_series(1, 4) copy WHERE campaign_id = %s
"""


@contextmanager
def campaigns() -> Iterator[tuple[Campaign, Campaign]]:
    """Give the two campaigns with their events, and remove them in the end."""
    workspace = Workspace.objects.create(name="Benchmark", postal_address="1 Main Street")
    large = _make(workspace, EVENTS, first=FIRST)
    small = _make(workspace, FEW, first=2 * FIRST)
    try:
        with connection.cursor() as cursor:
            cursor.execute(BESIDE, (large.pk,))
            cursor.execute("VACUUM ANALYZE tracking_event, sending_delivery, tracking_engagement")
        yield large, small
    finally:
        for campaign in (large, small):
            _forget(campaign.pk)
        workspace.delete()


def _make(workspace: Workspace, events: int, *, first: int) -> Campaign:
    """Make a campaign that went to as many people as it has events."""
    sent_at = datetime.now(UTC) - timedelta(days=DAYS)
    campaign = Campaign.objects.create(
        workspace=workspace,
        name="Benchmark",
        status=Campaign.Status.SENT,
        launched_at=sent_at,
        finished_at=sent_at + timedelta(hours=1),
    )
    addresses = [f"https://shop.example/{number}" for number in range(LINKS)]
    links.register(campaign.pk, workspace.pk, addresses)
    values = {
        "first": first,
        "workspace": workspace.pk,
        "campaign": campaign.pk,
        "people": events,
    }
    with connection.cursor() as cursor:
        cursor.execute(DELIVERIES, values)
    _fill(campaign.pk, events, first=first)
    return campaign


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


def _forget(campaign_id: int) -> None:
    tables = (
        "event engagement linkclicker campaigncount peoplecount hourcount linkcount facetcount"
        " link trackedcampaign"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables.split():
            cursor.execute(f"DELETE FROM tracking_{table} WHERE campaign_id = %s", [campaign_id])
