"""send.launch, send.memory, send.growth: a campaign to a million people.

The launch is timed while another connection goes on reading the list and the campaign, and
the longest that it waited is told. Then the million is sent by one worker process, whose
memory is watched; what a mail costs, in processor time of worker and database, is compared
with a campaign to ten thousand of the same people, sent before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import Any

from django.db import connection
from django.test.utils import override_settings

from bench import audience, processor, sink
from campaigns.audience.models import List, Subscription
from campaigns.composing.models import Campaign
from campaigns.sending import launch
from campaigns.sending.models import Delivery

MANY = int(os.environ.get("BENCH_MANY", "1000000"))
FEW = MANY // 100
LAUNCH_SECONDS, MEGABYTES, GROWTH = 30, 300, 1.15
WORK = """
import django, time
django.setup()
from campaigns.sending import transport
started = time.process_time()
while transport.work({campaign}, seconds=60):
    pass
# Not what `getrusage` says: that begins with the size of the process that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(time.process_time() - started, peak.split()[1])
"""


def run() -> list[dict[str, Any]]:
    """Send to few, then to many."""
    with sink.running() as (port, _name), override_settings(ALLOW_PRIVATE_HOSTS=True):
        everybody = audience.make(MANY, port)
        some = _some(everybody)
        _launched, _waited, few = _send(some, FEW)
        launched, waited, many = _send(everybody, MANY)
    growth = many.cost / few.cost
    limit = LAUNCH_SECONDS * MANY / 1_000_000
    return [
        {
            "name": "send.launch",
            "figure": round(launched, 1),
            "unit": "s",
            "reference": f"the limit, for {MANY:,} people; a reader meanwhile waited"
            f" {waited * 1000:.0f} ms at most",
            "reference_figure": limit,
            "ratio": round(launched / limit, 2),
            "target": "≤ 1",
            "met": launched <= limit,
        },
        {
            "name": "send.memory",
            "figure": round(many.megabytes),
            "unit": "MB",
            "reference": f"the limit, for a worker that sends {MANY:,} mails"
            f" (after {FEW:,}: {few.megabytes:.0f} MB)",
            "reference_figure": MEGABYTES,
            "ratio": round(many.megabytes / MEGABYTES, 2),
            "target": "≤ 1",
            "met": many.megabytes <= MEGABYTES,
        },
        {
            "name": "send.growth",
            "figure": round(many.cost * 1e6),
            "unit": "µs/mail",
            "reference": f"the same with {FEW:,} people; worker and database together"
            f" ({MANY / many.seconds:,.0f} mails/s)",
            "reference_figure": round(few.cost * 1e6),
            "ratio": round(growth, 2),
            "target": f"≤ {GROWTH} ×",
            "met": growth <= GROWTH,
        },
    ]


class Sent:
    """What it took to send a campaign that was launched before."""

    def __init__(self, campaign: Campaign, people: int) -> None:
        before, start = processor.used(), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", WORK.format(campaign=campaign.pk)],
            env={**os.environ, "ALLOW_PRIVATE_HOSTS": "true"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        own, kilobytes = done.stdout.split()
        self.seconds = time.perf_counter() - start
        self.cost = (float(own) + processor.used().since(before).database) / people
        self.megabytes = int(kilobytes) / 1000
        states = Delivery.objects.filter(campaign=campaign).counts()
        assert states == {"sent": people}, states


def _send(people: List, count: int) -> tuple[float, float, Sent]:
    campaign = audience.campaign(people)
    waits: list[float] = []
    done = threading.Event()
    reader = threading.Thread(target=_read, args=(campaign, people, done, waits))
    reader.start()
    start = time.perf_counter()
    try:
        assert launch.launch(campaign)
        assert launch.prepare(campaign.pk)
        launched = time.perf_counter() - start
    finally:
        done.set()
        reader.join()
    return launched, max(waits), Sent(campaign, count)


def _read(campaign: Campaign, people: List, done: threading.Event, waits: list[float]) -> None:
    """Ask what a page asks, again and again, and note how long it took."""
    while not done.wait(0.05):
        start = time.perf_counter()
        Campaign.objects.get(pk=campaign.pk)
        list(Subscription.objects.filter(list=people).select_related("contact")[:50])
        waits.append(time.perf_counter() - start)
    connection.close()


def _some(everybody: List) -> List:
    few = List.objects.create(workspace=everybody.workspace, name="Some")
    with connection.cursor() as cursor:
        cursor.execute(
            audience.SUBSCRIPTIONS + " ORDER BY id LIMIT %(few)s",
            {"workspace": everybody.workspace_id, "list": few.pk, "few": FEW},
        )
        cursor.execute("ANALYZE audience_subscription")
    return few
