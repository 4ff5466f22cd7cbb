"""report.page: the figures of a campaign's report, from counts kept as events arrived.

The reference answers the same questions over the single events, as a product without such
counts would: who opened and clicked and how sure that is, hits by hour, links, countries,
devices, systems and programs. Both are asked in turn on the same PostgreSQL, and have to say
the same to the unit. The events went through the real spool and drainer.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, transaction

from campaigns.accounts.models import Workspace
from campaigns.composing.models import Campaign
from campaigns.reports import engagement
from campaigns.reports.demo import agents
from tracking import draining, hits, keys, links, partitions, spool
from tracking.deeds import FACETS
from tracking.hits import Hit
from tracking.models import Mode as Recorded
from tracking.tokens import Kind, Mode

EVENTS = 300_000
PEOPLE = 60_000
LINKS = 12
DAYS = 14
ROUNDS = 7
TARGET = 100
BROWSER = hits.FETCH_METADATA + hits.LANGUAGE

Figures = dict[str, Any]


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with _campaign() as campaign_id:
        ways: dict[str, Callable[[int], Figures]] = {"counts": from_counts, "events": from_events}
        taken: dict[str, list[float]] = defaultdict(list)
        for _round in range(ROUNDS):
            told = {}
            for name, way in ways.items():
                start = time.perf_counter()
                told[name] = way(campaign_id)
                taken[name].append((time.perf_counter() - start) * 1000)
            counts, events = told["counts"], told["events"]
            differing = [part for part in counts if counts[part] != events[part]]
            if differing:
                raise AssertionError(f"the figures differ in: {', '.join(differing)}")
    milliseconds = {name: statistics.median(times) for name, times in taken.items()}
    ratio = milliseconds["events"] / milliseconds["counts"]
    return [
        {
            "name": "report.page",
            "figure": milliseconds["counts"],
            "unit": "ms",
            "reference": f"the same figures from {EVENTS:,} single events, equal to the unit",
            "reference_figure": milliseconds["events"],
            "ratio": ratio,
            "target": TARGET,
            "met": ratio >= TARGET,
        }
    ]


def from_counts(campaign_id: int) -> Figures:
    """Ask what the page asks."""
    engaged = engagement.of(campaign_id)
    facets = engagement.facets(campaign_id)
    return {
        "people": engaged.people[1:],
        "hits": sorted(tuple(row)[1:] for row in engaged.hits),
        "hours": sorted(tuple(row) for row in engagement.hours(campaign_id)),
        "links": sorted(
            (link.number, link.people, link.clicks, link.total_clicks, link.machine_clicks)
            for link in engagement.links(campaign_id)
            if link.raw_clicks
        ),
        "facets": sorted(
            (facet, mode, one.value, one.people, one.opens, one.clicks)
            for mode, slices in (
                (Recorded.INDIVIDUAL.value, facets.individual),
                (Recorded.AGGREGATE.value, facets.aggregate),
            )
            for facet, found in slices.items()
            for one in found
        ),
    }


# What one person did, from single events: the states and slices of `PeopleCount`.
PERSONS = """
SELECT delivery_id,
       count(*) FILTER (WHERE sure) AS sure, count(*) FILTER (WHERE sure AND kind = 'click')
           AS clicks, count(*) FILTER (WHERE verdict = 'uncertain') AS perhaps,
       count(*) FILTER (WHERE verdict = 'uncertain' AND kind = 'click') AS perhaps_clicks,
       count(*) FILTER (WHERE machine AND kind = 'open') AS machine_opens,
       count(*) FILTER (WHERE machine AND kind = 'click') AS machine_clicks,
       {slices}
  FROM (SELECT *, verdict IN ('human', 'proxied') AS sure,
               verdict IN ('prefetch', 'scanner') AS machine
          FROM tracking_event WHERE campaign_id = %(id)s AND mode = 'individual') e
 GROUP BY delivery_id
"""
SLICE = "coalesce((array_agg({0} ORDER BY at, id) FILTER (WHERE sure AND {0} <> ''))[1], '') AS {0}"
PERSONS = PERSONS.format(slices=", ".join(SLICE.format(facet) for facet in FACETS))

PEOPLE_SQL = f"""
SELECT count(*) FILTER (WHERE sure > 0), count(*) FILTER (WHERE sure + perhaps > 0),
       count(*) FILTER (WHERE sure + perhaps + machine_opens > 0),
       count(*) FILTER (WHERE clicks > 0), count(*) FILTER (WHERE clicks + perhaps_clicks > 0),
       count(*) FILTER (WHERE clicks + perhaps_clicks + machine_clicks > 0)
  FROM ({PERSONS}) p
"""
HITS_SQL = """
SELECT mode, verdict, count(*) FILTER (WHERE kind = 'open'), count(*) FILTER (WHERE kind = 'click')
  FROM tracking_event WHERE campaign_id = %(id)s GROUP BY 1, 2
"""
HOURS_SQL = """
SELECT date_trunc('hour', at, 'UTC'), mode, verdict, count(*) FILTER (WHERE kind = 'open'),
       count(*) FILTER (WHERE kind = 'click')
  FROM tracking_event WHERE campaign_id = %(id)s GROUP BY 1, 2, 3
"""
LINKS_SQL = """
SELECT number,
       count(DISTINCT delivery_id) FILTER (WHERE mode = 'individual' AND sure),
       count(*) FILTER (WHERE mode = 'individual' AND sure),
       count(*) FILTER (WHERE mode = 'aggregate' AND NOT machine),
       count(*) FILTER (WHERE machine)
  FROM (SELECT *, verdict IN ('human', 'proxied') AS sure,
               verdict IN ('prefetch', 'scanner') AS machine
          FROM tracking_event WHERE campaign_id = %(id)s AND kind = 'click') e
 GROUP BY number
"""
FACET_SQL = """
SELECT mode, {facet}, count(*) FILTER (WHERE kind = 'open'), count(*) FILTER (WHERE kind = 'click')
  FROM tracking_event WHERE campaign_id = %(id)s AND verdict IN ('human', 'proxied') GROUP BY 1, 2
"""
SLICE_SQL = "SELECT {facet}, count(*) FROM ({persons}) p WHERE sure > 0 GROUP BY 1"


def from_events(campaign_id: int) -> Figures:
    """Ask the same of single events."""
    with connection.cursor() as cursor:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql, {"id": campaign_id})
            return list(cursor.fetchall())

        facets = []
        for facet in FACETS:
            people = dict(rows(SLICE_SQL.format(facet=facet, persons=PERSONS)))
            found = {
                (mode, value): (opens, clicks)
                for mode, value, opens, clicks in rows(FACET_SQL.format(facet=facet))
            }
            for mode, value in {*found, *(("individual", value) for value in people)}:
                counted = people.get(value, 0) if mode == "individual" else 0
                facets.append((facet, mode, value, counted, *found.get((mode, value), (0, 0))))
        return {
            "people": rows(PEOPLE_SQL)[0],
            "hits": sorted(rows(HITS_SQL)),
            "hours": sorted(rows(HOURS_SQL)),
            "links": sorted(rows(LINKS_SQL)),
            "facets": sorted(facets),
        }


@contextmanager
def _campaign() -> Iterator[int]:
    """Give a campaign with its events, and remove them in the end."""
    workspace = Workspace.objects.create(name="Benchmark", postal_address="1 Main Street")
    campaign = Campaign.objects.create(workspace=workspace, name="Benchmark")
    addresses = [f"https://shop.example/{number}" for number in range(LINKS)]
    links.register(campaign.pk, workspace.pk, addresses)
    try:
        _fill(campaign.pk)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE tracking_event")
        yield campaign.pk
    finally:
        _forget(campaign.pk)
        workspace.delete()


def _fill(campaign_id: int) -> None:
    """Let the drainer count the hits of two weeks, in the order they came."""
    start = datetime.now(UTC) - timedelta(days=DAYS)
    partitions.ensure({partitions.month_of(start), partitions.month_of(datetime.now(UTC))})
    found = sorted(_hits(campaign_id, start), key=lambda hit: hit.at_ns)
    with tempfile.TemporaryDirectory() as folder:
        writer = spool.Writer(Path(folder), max_bytes=2**30)
        for hit in found:
            writer.append(hits.pack(hit))
        draining.drain(Path(folder))


def _hits(campaign_id: int, start: datetime) -> Iterator[Hit]:
    random = Random(7)
    personal = keys.signer().pair(campaign_id, Mode.INDIVIDUAL)
    shared = keys.signer().pair(campaign_id, Mode.AGGREGATE)
    programs = list(agents.READING.values())
    countries = list(agents.NETWORKS.values())
    for _event in range(EVENTS):
        person = random.randrange(1, PEOPLE)
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
