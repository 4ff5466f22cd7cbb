"""track.hits and track.drain: opens per second in the spool, and from there into the counts.

Hits: the pixel on granian, each hit in the spool before it is answered. The reference is a
plain Django view that inserts a row per hit, on the same granian and the same PostgreSQL;
rounds in turn, 32 connections.

Drain: events, counts and the place in the spool, judged and enriched. The reference does
for each event what a plain Django project would: a row, and an update of each count.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Model

from bench import load
from tests import databases
from tracking import draining, hits, keys, links, sorting, spool
from tracking.bursts import Recent
from tracking.classify import RULES, SURE
from tracking.deeds import FACETS
from tracking.models import CampaignCount, Engagement, Event, FacetCount, HourCount
from tracking.tokens import Kind, Mode, Token

ROUNDS = 5
SECONDS = 3.0
PEOPLE = 5_000
TARGET = 10
EVENTS = 30_000
ORM_EVENTS = 500
DRAIN_ROUNDS = 3
DRAIN_TARGET = 10
# Far from the ids of any campaign there is.
CAMPAIGN = 2**40

_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "Mozilla/5.0",
)


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with _tables(), tempfile.TemporaryDirectory() as folder:
        return [_hits(Path(folder)), _drain(Path(folder))]


def _hits(folder: Path) -> dict[str, Any]:
    paths = [
        f"/track/open/{keys.signer().sign(Kind.OPEN, _person(number))}.gif"
        for number in range(1, PEOPLE + 1)
    ]
    rounds = []
    with (
        _granian("config.tracking_wsgi:application", folder) as ours,
        _granian("bench.plain_hits:application", folder) as theirs,
    ):
        for _ in range(ROUNDS):
            mine = _load(ours, paths)
            kept = sum(len(part) for part in _spooled(folder))
            assert kept == mine.answered, f"{mine.answered} answered, {kept} in the spool"
            plain = _load(theirs, paths)
            rounds.append((mine, plain))
    ratio = statistics.median(mine.rate / plain.rate for mine, plain in rounds)
    waits = [statistics.median(row[side].p99_ms for row in rounds) for side in (0, 1)]
    return {
        "name": "track.hits",
        "figure": round(statistics.median(mine.rate for mine, _plain in rounds)),
        "unit": "hits/s",
        "reference": "a Django view that inserts a row per hit, same granian, same PostgreSQL"
        f" (99 % wait under {waits[0]:.1f} ms, there {waits[1]:.1f} ms)",
        "reference_figure": round(statistics.median(plain.rate for _mine, plain in rounds)),
        "ratio": round(ratio, 1),
        "target": f"≥ {TARGET} ×",
        "met": ratio >= TARGET,
    }


def _load(port: int, paths: Sequence[str]) -> load.Result:
    result = load.run(port, paths, seconds=SECONDS)
    assert not result.failed, f"{result.failed} hits were not answered well"
    return result


def _spooled(folder: Path) -> Iterator[list[bytes]]:
    """Read all that is in the spool, and remove it."""
    for segment in spool.segments(folder / "spool"):
        offset = 0
        while True:
            records, offset = spool.read(segment, offset, 10_000)
            if not records:
                break
            yield records
        spool.remove(segment, offset)


def _drain(folder: Path) -> dict[str, Any]:
    rounds = []
    for number in range(DRAIN_ROUNDS):
        made = list(itertools.islice(_history(number), EVENTS))
        rounds.append((_drained(folder / f"drain{number}", made), _by_orm(made[:ORM_EVENTS])))
    ratio = statistics.median(ours / theirs for ours, theirs in rounds)
    return {
        "name": "track.drain",
        "figure": round(statistics.median(ours for ours, _theirs in rounds)),
        "unit": "events/s",
        "reference": "the ORM: a row per event, F() updates of the same counts, 500 a transaction",
        "reference_figure": round(statistics.median(theirs for _ours, theirs in rounds)),
        "ratio": round(ratio, 1),
        "target": f"≥ {DRAIN_TARGET} ×",
        "met": ratio >= DRAIN_TARGET,
    }


def _history(seed: int) -> Iterator[hits.Hit]:
    """Opens and clicks of a campaign's first hours: each person some, on four kinds of mail."""
    sign = keys.signer().sign
    start = int(datetime(2026, 1, 1 + seed, tzinfo=UTC).timestamp())
    for number in itertools.count():
        person = number * 7919 % (PEOPLE * 4) + 1
        kind = Kind.CLICK if number % 6 == 0 else Kind.OPEN
        link = number % 5 + 1 if kind is Kind.CLICK else 0
        yield hits.Hit(
            at_ns=int((start + number * 0.4) * 1e9),
            kind=kind,
            token=sign(kind, _person(person, campaign=CAMPAIGN + seed)),
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
    events = sorting.sort(map(hits.pack, made), Recent())
    start = time.perf_counter()
    with transaction.atomic():
        for event in events:
            Event.objects.create(rules=RULES, **event._asdict())
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


def _person(number: int, campaign: int = CAMPAIGN) -> Token:
    return Token(campaign, CAMPAIGN + number, CAMPAIGN + number, 0, Mode.INDIVIDUAL)


@contextlib.contextmanager
def _tables() -> Iterator[None]:
    """Make what is needed, and remove all that was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE IF EXISTS bench_hit; CREATE TABLE bench_hit (id bigint GENERATED BY"
            " DEFAULT AS IDENTITY PRIMARY KEY, campaign_id bigint NOT NULL,"
            " delivery_id bigint NOT NULL, ip inet, agent text NOT NULL,"
            " at timestamptz NOT NULL); CREATE INDEX ON bench_hit (campaign_id, at)"
        )
    for seed in range(DRAIN_ROUNDS):
        links.register(CAMPAIGN + seed, 0, [f"https://example.com/{n}" for n in range(5)])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE bench_hit")
            for table in connection.introspection.table_names(cursor):
                if table.startswith("tracking_") and _has_campaign(table):
                    cursor.execute(f"DELETE FROM {table} WHERE campaign_id >= %s", [CAMPAIGN])


def _has_campaign(table: str) -> bool:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    return any(column.name == "campaign_id" for column in columns)


@contextlib.contextmanager
def _granian(application: str, var: Path) -> Iterator[int]:
    """Serve an application by one worker, and give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "CANDID_VAR": str(var),
        "DATABASE_URL": databases.url(),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface=wsgi", f"--port={port}"),
            *("--host=127.0.0.1", "--workers=1", "--blocking-threads=8", "--http=1"),
            *("--no-ws", "--no-access-log", "--log-level=warning", application),
        ],
        env=environment,
        start_new_session=True,
    )
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")
