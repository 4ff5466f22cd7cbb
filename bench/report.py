"""report.figures, report.queries, report.page, report.growth, report.csv, report.memory;
and report.visit_…, every other page that a marketer opens.

The figures of a campaign's report come from counts kept as events arrived.

The reference answers the same questions over the single events, as a product without such
counts would: who opened and clicked and how sure that is, hits by hour, links, countries,
devices, systems and programs. Both are asked in turn on the same PostgreSQL, and have to say
the same to the unit. The events went through the real spool and drainer, and four times as
many of other campaigns lie beside them. `BENCH_MANY=1000000` is the size of the promise.
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench import report_pages, report_scene, report_visits
from campaigns.reports import engagement
from tracking.deeds import FACETS, is_counted
from tracking.models import Mode as Recorded

ROUNDS = 7
TARGET = 100
QUERIES_MS, PAGE_MS, GROWTH = 20, 150, 1.5

Figures = dict[str, Any]


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with report_scene.scenes() as (large, small):
        taken: dict[str, list[float]] = defaultdict(list)
        campaign = large.campaign
        readers = report_pages.reader(large), report_pages.reader(small)
        pages = report_pages.Pages(*readers)
        for _round in range(ROUNDS):
            counts = _timed(taken, "counts", lambda: from_counts(campaign.pk))
            events = _timed(taken, "events", lambda: from_events(campaign.pk))
            differing = [part for part in counts if counts[part] != events[part]]
            if differing:
                raise AssertionError(f"the figures differ in: {', '.join(differing)}")
            pages.measure(taken)
        visits = report_visits.measure(*readers)
        csv = report_pages.csv(campaign)
    milliseconds = {name: statistics.median(times) for name, times in taken.items()}
    return [*_rows(milliseconds), *csv, *visits]


def _timed(taken: dict[str, list[float]], name: str, way: Callable[[], Figures]) -> Figures:
    start = time.perf_counter()
    found = way()
    taken[name].append((time.perf_counter() - start) * 1000)
    return found


def _rows(ms: dict[str, float]) -> list[dict[str, Any]]:
    size = f"{report_scene.EVENTS:,} of {5 * report_scene.EVENTS:,} events"
    rows = (
        (
            "report.figures",
            ms["counts"],
            f"the same figures from single events, equal to the unit; {size}",
            ms["events"],
            ms["events"] / ms["counts"],
            TARGET,
            ms["events"] / ms["counts"] >= TARGET,
        ),
        ("report.queries", ms["queries"], "the limit: all queries of the page", QUERIES_MS),
        ("report.page", ms["large"], "the limit: the whole page", PAGE_MS),
        (
            "report.growth",
            ms["large"],
            f"the page of a campaign with {report_scene.FEW:,} events",
            ms["small"],
            ms["large"] / ms["small"],
            f"≤ {GROWTH}",
            ms["large"] / ms["small"] <= GROWTH,
        ),
    )
    return [_row(*row) for row in rows]


def _row(
    name: str,
    figure: float,
    reference: str,
    other: float,
    ratio: float | None = None,
    target: float | str = "≤ 1",
    met: bool | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "figure": figure,
        "unit": "ms",
        "reference": reference,
        "reference_figure": other,
        "ratio": figure / other if ratio is None else ratio,
        "target": target,
        "met": figure <= other if met is None else met,
    }


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
            for link in engagement.links(campaign_id, minimum=1)
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
                if not is_counted(facet, value):
                    continue
                counted = people.get(value, 0) if mode == "individual" else 0
                facets.append((facet, mode, value, counted, *found.get((mode, value), (0, 0))))
        return {
            "people": rows(PEOPLE_SQL)[0],
            "hits": sorted(rows(HITS_SQL)),
            "hours": sorted(rows(HOURS_SQL)),
            "links": sorted(rows(LINKS_SQL)),
            "facets": sorted(facets),
        }
