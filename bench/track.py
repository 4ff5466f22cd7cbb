"""track.hits, track.wait, track.of_constant and track.redirects: how fast readers are answered.

The pixel and a link on granian, each hit in the spool before it is answered. Servers alike
take turns, asked over 32 connections: ours; a plain Django view that inserts a row per
hit into the same PostgreSQL; and a constant GIF with no Django, which is all that the web
server itself can do. Each has a worker for each core, as docs/scale.md has it, and one thread
in it; the view, which spends its time waiting for the database, does best with eight. On few
cores one worker alone answers more often with the constant, as two spend their time on being
woken: that is told beside it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench import load, track_stage
from tracking import spool

ROUNDS = 5
SECONDS = 3.0
ORM_THREADS = 8
CONSTANT = "bench.constant_gif:application"
ORM = "a Django view that inserts a row per hit, same granian, same PostgreSQL"


class Round(NamedTuple):
    """What was answered in one turn."""

    pixel: load.Result
    redirect: load.Result
    constant: load.Result
    lone_constant: load.Result
    orm: load.Result


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with (
        tempfile.TemporaryDirectory() as name,
        track_stage.tables(),
        track_stage.granian("config.tracking_wsgi:application", Path(name)) as ours,
        track_stage.granian("bench.plain_hits:application", Path(name), threads=ORM_THREADS) as orm,
        track_stage.granian(CONSTANT, Path(name)) as constant,
        track_stage.granian(CONSTANT, Path(name), workers=1) as lone_constant,
    ):
        pixels, links = track_stage.pixels(), track_stage.redirects()
        rounds = [
            Round(
                _load_and_count(ours, pixels, Path(name)),
                _load_and_count(ours, links, Path(name)),
                _load(constant, pixels),
                _load(lone_constant, pixels),
                _load(orm, pixels),
            )
            for _ in range(ROUNDS)
        ]
    return [
        _row("track.hits", rounds, "rate", of="pixel", to="orm", target=10) | {"reference": ORM},
        _row("track.wait", rounds, "p99_ms", of="pixel", to="orm", target=1 / 3)
        | {"reference": f"99 % wait no longer than this; {ORM}"},
        _row("track.of_constant", rounds, "rate", of="pixel", to="constant", target=0.75)
        | {
            "reference": "the same answer from a constant, no Django, same granian; "
            + _lone(rounds)
        },
        _row("track.redirects", rounds, "rate", of="redirect", to="pixel", target=0.7)
        | {"reference": "the pixel, same server"},
    ]


def _row(
    name: str, rounds: Sequence[Round], what: str, *, of: str, to: str, target: float
) -> dict[str, Any]:
    figures = [(getattr(getattr(r, of), what), getattr(getattr(r, to), what)) for r in rounds]
    ratio = statistics.median(ours / theirs for ours, theirs in figures)
    is_time = what == "p99_ms"
    return {
        "name": name,
        "figure": round(statistics.median(ours for ours, _theirs in figures), 1),
        "unit": "ms" if is_time else "hits/s",
        "reference_figure": round(statistics.median(theirs for _ours, theirs in figures), 1),
        "ratio": round(ratio, 2),
        "target": f"{'≤' if is_time else '≥'} {target:.3g} ×",
        "met": ratio <= target if is_time else ratio >= target,
    }


def _lone(rounds: Sequence[Round]) -> str:
    rate = statistics.median(one.lone_constant.rate for one in rounds)
    ratio = statistics.median(one.pixel.rate / one.lone_constant.rate for one in rounds)
    return f"by one worker that gives {rate:,.0f}/s, of which this is {ratio:.2f}"


def _load(port: int, paths: Sequence[str]) -> load.Result:
    result = load.run(port, paths, seconds=SECONDS)
    assert not result.failed, f"{result.failed} hits were not answered well"
    return result


def _load_and_count(port: int, paths: Sequence[str], folder: Path) -> load.Result:
    """Ask, and see that what was answered is in the spool."""
    result = _load(port, paths)
    kept = _spooled(folder / "spool")
    assert kept == result.answered, f"{result.answered} answered, {kept} in the spool"
    return result


def _spooled(folder: Path) -> int:
    """Read all that is in the spool until its writer has left it, and return how much it was."""
    total = 0
    places: dict[Path, int] = {}
    while segments := spool.segments(folder):
        for segment in segments:
            records, place = spool.read(segment, places.get(segment, 0), 100_000)
            total += len(records)
            places[segment] = place
            if not records and not spool.remove(segment, place):
                time.sleep(0.1)
    return total
