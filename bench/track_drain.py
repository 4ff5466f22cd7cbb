"""track.drain and track.lag: from the spool into events and counts, how fast and how soon.

Drain: events, counts and the place in the spool, judged and enriched. The reference does
for each event what a plain Django project would: a row, and an update of each count.

Lag: readers come at a steady rate for as long as the server and the drainer of one machine
are measured, and the newest event that a report could show is looked at all the time. The
figure is the oldest that it ever was.
"""

from __future__ import annotations

import itertools
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Model, Sum

from bench import load, track_stage
from tracking import draining, hits, keys, reads, sorting, spool
from tracking.bursts import Recent
from tracking.classify import RULES, SURE
from tracking.deeds import FACETS
from tracking.models import CampaignCount, Engagement, Event, FacetCount, HourCount
from tracking.tokens import Kind

EVENTS = 30_000
ORM_EVENTS = 500
ROUNDS = 3
LEAST_RATE = 15_000
TARGET = 10
# Readers per second while the lag is measured: as many as the drainer has to manage at least.
READERS = LEAST_RATE
LAG_SECONDS = 10.0
MOST_LAG = 2.0

_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0",
)


def run() -> list[dict[str, Any]]:
    """Measure one after the other."""
    with track_stage.tables(), tempfile.TemporaryDirectory() as folder:
        return [_drain(Path(folder)), _lag(Path(folder) / "lag")]


def _lag(folder: Path) -> dict[str, Any]:
    with (
        track_stage.granian("config.tracking_wsgi:application", folder) as port,
        track_stage.running(folder, "manage.py", "drain"),
    ):
        paths = track_stage.pixels() + track_stage.redirects()[:1_000]
        made = load.run(port, paths, seconds=1, rate=1_000).answered  # Everything is loaded once.
        _until_counted(made)
        answered: list[load.Result] = []
        readers = threading.Thread(
            target=lambda: answered.append(load.run(port, paths, seconds=LAG_SECONDS, rate=READERS))
        )
        readers.start()
        ages = list(_ages(readers))
        (result,) = answered
        took = _until_counted(made + result.answered)
    assert not result.failed, f"{result.failed} hits were not answered well"
    return {
        "name": "track.lag",
        "figure": round(max(ages), 2),
        "unit": "s",
        "reference": f"{result.rate:,.0f} hits/s made and drained on this machine for"
        f" {LAG_SECONDS:g} s; median {statistics.median(ages):.2f} s, all counted {took:.1f} s"
        " after the last",
        "reference_figure": MOST_LAG,
        "ratio": round(max(ages) / MOST_LAG, 2),
        "target": f"≤ {MOST_LAG:g} s at {READERS:,}/s",
        "met": max(ages) <= MOST_LAG and result.rate >= READERS * 0.95,
    }


def _ages(readers: threading.Thread) -> Iterator[float]:
    """Yield how old the newest event was, from the first new one on, while readers come."""
    came = Event.objects.filter(campaign_id=track_stage.CAMPAIGN)
    before = came.aggregate(at=Max("at"))["at"]
    while readers.is_alive():
        newest = came.aggregate(at=Max("at"))["at"]
        if newest > before:
            yield time.time() - newest.timestamp()
        readers.join(0.05)


def _until_counted(made: int) -> float:
    """Wait until all these hits are counted, and return how long that took."""
    start = time.monotonic()
    counts = CampaignCount.objects.filter(campaign_id=track_stage.CAMPAIGN)
    while True:
        sums = counts.aggregate(opens=Sum("opens", default=0), clicks=Sum("clicks", default=0))
        counted = sums["opens"] + sums["clicks"]
        assert counted <= made, f"{counted} counted of {made} made"
        if counted == made:
            return time.monotonic() - start
        assert time.monotonic() - start < 120, f"{counted} counted of {made} made"
        time.sleep(0.05)


def _drain(folder: Path) -> dict[str, Any]:
    rounds = []
    for number in range(1, ROUNDS + 1):
        made = list(itertools.islice(_history(number), EVENTS))
        rounds.append((_drained(folder / f"drain{number}", made), _by_orm(made[:ORM_EVENTS])))
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    rate = statistics.median(ours for ours, _theirs in rounds)
    return {
        "name": "track.drain",
        "figure": round(rate),
        "unit": "events/s",
        "reference": "the ORM: a row per event, F() updates of the same counts, 500 a transaction",
        "reference_figure": round(statistics.median(theirs for _ours, theirs in rounds)),
        "ratio": round(ratio, 1),
        "target": f"≥ {TARGET} ×, ≥ {LEAST_RATE:,}/s",
        "met": ratio >= TARGET and rate >= LEAST_RATE,
    }


def _history(seed: int) -> Iterator[hits.Hit]:
    """Opens and clicks of a campaign's first hours: each person some, on four kinds of mail."""
    sign = keys.signer().sign
    start = int(datetime(2026, 1, 1 + seed, tzinfo=UTC).timestamp())
    for number in itertools.count():
        person = number * 7919 % (track_stage.PEOPLE * 4) + 1
        kind = Kind.CLICK if number % 6 == 0 else Kind.OPEN
        link = number % 5 + 1 if kind is Kind.CLICK else 0
        yield hits.Hit(
            at_ns=int((start + number * 0.4) * 1e9),
            kind=kind,
            token=sign(kind, track_stage.person(person, track_stage.CAMPAIGN + seed)),
            number=link,
            ip=f"145.97.{person % 250}.{person // 250 % 250}",
            agent=_AGENTS[person % 4] if kind is Kind.OPEN else _AGENTS[0],
            flags=hits.FETCH_METADATA + hits.LANGUAGE,
        )


def _drained(folder: Path, made: Sequence[hits.Hit]) -> float:
    writer = spool.Writer(folder)
    for hit in made:
        writer.append(hits.pack(hit))
    start = time.perf_counter()
    assert draining.drain(folder) == len(made)
    return len(made) / (time.perf_counter() - start)


def _by_orm(made: Sequence[hits.Hit]) -> float:
    """Store and count events one by one; they are judged before, which costs nothing here."""
    events = sorting.sort(reads.read(map(hits.pack, made)), Recent())
    start = time.perf_counter()
    with transaction.atomic():
        for event in events:
            fields = event._asdict()
            del fields["clicks_only"]  # Which is kept with the person.
            Event.objects.create(rules=RULES, **fields)
            kind = f"{event.kind}s"
            key: dict[str, Any] = {"campaign_id": event.campaign_id, "mode": event.mode}
            hour = event.at.replace(minute=0, second=0, microsecond=0)
            judged = {**key, "verdict": event.verdict}
            _count(CampaignCount, kind, judged)
            _count(HourCount, kind, {**judged, "hour": hour})
            for facet in FACETS if event.verdict in SURE else ():
                _count(FacetCount, kind, {**key, "facet": facet, "value": getattr(event, facet)})
            mail = {"campaign_id": event.campaign_id, "delivery_id": event.delivery_id}
            person = {"workspace_id": event.workspace_id, "contact_id": event.contact_id}
            _count(Engagement, f"{kind}_sure", mail, **person)
    return len(made) / (time.perf_counter() - start)


def _count(model: type[Model], column: str, key: Mapping[str, Any], **others: Any) -> None:
    if not model._default_manager.filter(**key).update(**{column: F(column) + 1}):
        model._default_manager.create(**key, **others, **{column: 1})
