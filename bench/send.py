"""send.*: mails per second, from the launch to the last answer in the ledger.

Ours is everything that a campaign costs: freezing the audience, claims, durable intents,
compiling, building, SMTP, results; one worker process. Two references take turns with it
on the same server: Django's documented way, a template rendered per person and
`send_messages` in batches over one connection, with no ledger at all; and postfix's
smtp-source, a load generator in C that sends one constant mail over ten connections.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.test.utils import override_settings

from bench import audience, letter, processor, sink
from campaigns.audience.models import List
from campaigns.sending import launch, transport
from campaigns.sending.models import Delivery

ROUNDS = 7
# Of a campaign this large, what it costs once, a tenth of a second, is a fiftieth.
OURS, STOCK, SOURCE = 50_000, 500, 50_000
BATCH = 100
SESSIONS = 10
# What Django's way and smtp-source are to be compared by.
TIMES, SHARE, MICROSECONDS = 12, 0.9, 150


@dataclass(frozen=True)
class Round:
    """Mails per second of each way, and the processor time of ours per mail."""

    ours: float
    stock: float
    source: float
    kept: float
    used: processor.Used


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with sink.running() as (port, name), override_settings(ALLOW_PRIVATE_HOSTS=True):
        everybody = audience.make(OURS, port)
        try:
            rounds = [_round(everybody, port) for _ in range(ROUNDS)]
        finally:
            audience.clear(everybody)
    return [_against_django(rounds, name), *_against_source(rounds, name), _processor(rounds)]


def _against_django(rounds: list[Round], name: str) -> dict[str, Any]:
    ratio = statistics.median(one.ours / one.stock for one in rounds)
    return {
        "name": "send.end_to_end",
        "figure": round(statistics.median(one.ours for one in rounds)),
        "unit": "mails/s",
        "reference": "Django template + EmailMultiAlternatives + send_messages, no ledger,"
        f" into the same {name}",
        "reference_figure": round(statistics.median(one.stock for one in rounds)),
        "ratio": round(ratio, 1),
        "target": f"≥ {TIMES} ×",
        "met": ratio >= TIMES,
    }


def _against_source(rounds: list[Round], name: str) -> list[dict[str, Any]]:
    if not all(one.source for one in rounds):
        return []
    ratio = statistics.median(one.ours / one.source for one in rounds)
    return [
        {
            "name": "send.of_smtp_source",
            "figure": round(statistics.median(one.ours for one in rounds)),
            "unit": "mails/s",
            "reference": f"postfix smtp-source -s {SESSIONS}, one constant mail as large, into the"
            f" same {name} ({statistics.median(one.kept for one in rounds):,.0f} mails/s with -d,"
            " which keeps its connections)",
            "reference_figure": round(statistics.median(one.source for one in rounds)),
            "ratio": round(ratio, 2),
            "target": f"≥ {SHARE}",
            "met": ratio >= SHARE,
        }
    ]


def _processor(rounds: list[Round]) -> dict[str, Any]:
    own = statistics.median(one.used.own for one in rounds) / OURS * 1e6
    database = statistics.median(one.used.database for one in rounds) / OURS * 1e6
    return {
        "name": "send.processor",
        "figure": round(own + database),
        "unit": "µs/mail",
        "reference": f"the limit; of it our worker {own:.0f} and PostgreSQL {database:.0f} µs",
        "reference_figure": MICROSECONDS,
        "ratio": round((own + database) / MICROSECONDS, 2),
        "target": "≤ 1",
        "met": own + database <= MICROSECONDS,
    }


def _round(everybody: List, port: int) -> Round:
    ours, used = _ours(everybody)
    return Round(ours, _stock(port), _source(port), _source(port, "-d"), used)


def _ours(everybody: List) -> tuple[float, processor.Used]:
    campaign = audience.campaign(everybody)
    before, start = processor.used(), time.perf_counter()
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)
    while transport.work(campaign.pk, seconds=60):
        pass
    taken, used = time.perf_counter() - start, processor.used().since(before)
    states = Delivery.objects.filter(campaign=campaign).counts()
    assert states == {"sent": OURS}, states
    return OURS / taken, used


def _stock(port: int) -> float:
    server = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port
    )
    start = time.perf_counter()
    sent = 0
    for batch in _batches(map(letter.stock(), range(1, STOCK + 1))):
        sent += server.send_messages(batch) or 0
    assert sent == STOCK
    return STOCK / (time.perf_counter() - start)


def _source(port: int, *options: str) -> float:
    """Return what smtp-source reaches, or 0 where there is none."""
    program = sink.postfix("smtp-source")
    if program is None:
        return 0
    size = len(letter.stock()(1).message().as_bytes())
    command = [str(program), "-s", str(SESSIONS), "-m", str(SOURCE), "-l", str(size), *options]
    start = time.perf_counter()
    subprocess.run([*command, f"127.0.0.1:{port}"], env=sink.libraries(program), check=True)
    return SOURCE / (time.perf_counter() - start)


def _batches(mails: Iterable[EmailMultiAlternatives]) -> Iterator[list[EmailMultiAlternatives]]:
    batch: list[EmailMultiAlternatives] = []
    for mail in mails:
        batch.append(mail)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
