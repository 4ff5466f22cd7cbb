"""send.two_workers: what a second worker process adds where the server's distance is the limit.

Each round sends the same campaign with one worker process, then with two, to a sink that
seems to be some milliseconds away. On loopback alone the processors would be the limit, and
two workers on two cores could not be faster than one that uses both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import Any

from django.test.utils import override_settings

from bench import audience, sink
from campaigns.audience.models import List
from campaigns.sending import launch
from campaigns.sending.models import Delivery

ROUNDS = 5
PEOPLE = 4_000
MILLISECONDS = 10
TARGET = 1.6
WORK = """
import sys, django
django.setup()
from campaigns.sending import transport
print("ready", flush=True)
sys.stdin.read()
while transport.work({campaign}, seconds=60):
    pass
"""


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    with (
        sink.running() as (near, _name),
        sink.far_away(near, MILLISECONDS) as port,
        override_settings(ALLOW_PRIVATE_HOSTS=True),
    ):
        everybody = audience.make(PEOPLE, port)
        try:
            rounds = [(_send(everybody, 1), _send(everybody, 2)) for _ in range(ROUNDS)]
        finally:
            audience.clear(everybody)
    ratio = statistics.median(two / one for one, two in rounds)
    return [
        {
            "name": "send.two_workers",
            "figure": round(statistics.median(two for _one, two in rounds)),
            "unit": "mails/s",
            "reference": f"one worker; the server is {MILLISECONDS} ms away, each way",
            "reference_figure": round(statistics.median(one for one, _two in rounds)),
            "ratio": round(ratio, 2),
            "target": f"≥ {TARGET} ×",
            "met": ratio >= TARGET,
        }
    ]


def _send(everybody: List, workers: int) -> float:
    campaign = audience.campaign(everybody)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)
    crew = [_worker(campaign.pk) for _ in range(workers)]
    start = time.perf_counter()
    for one in crew:
        assert one.stdin is not None
        one.stdin.close()
    for one in crew:
        assert one.wait() == 0
    taken = time.perf_counter() - start
    states = Delivery.objects.filter(campaign=campaign).counts()
    assert states == {"sent": PEOPLE}, states
    return PEOPLE / taken


def _worker(campaign_id: int) -> subprocess.Popen[str]:
    """Start a worker that has loaded everything, and begins when its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK.format(campaign=campaign_id)],
        env={**os.environ, "ALLOW_PRIVATE_HOSTS": "true"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process
