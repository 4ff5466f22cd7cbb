"""Kill web servers and drainers while people open and click: hits made are events counted.

Two tracking hosts, each with a spool, two web workers and two drainers of its own, collect
for one database, which crashes now and then. A hit is counted when it was answered; one whose
answer a kill took away may be counted or not, but never twice.
"""

from __future__ import annotations

import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil
from django.db import OperationalError, connection

from tests.chaos.database import Database
from tests.tracking.hitting import make_campaign
from tests.tracking.processes import Machine
from tests.tracking.readers import Readers, counted, is_drained, paths_of
from tracking import spool
from tracking.models import Event

HOSTS = 2
# Seconds between two deeds.
REST = (0.1, 0.6)
# granian takes a worker that dies sooner after its start for one that never will live, and ends.
BREATH = 6.0
# So long may it take until who was killed is replaced, and all is counted.
PATIENCE = 120.0

# Drainers whose parent starts another at once when one is killed. They are forked, because
# starting Python takes longer than they may live here.
DRAINERS = """
import os, sys, threading
from pathlib import Path
import django
django.setup()
from tracking import agents, places
from tracking.draining import Drainer
agents.parse("Mozilla/5.0 (X11) Firefox/131.0")
places.place("127.0.0.1")
def drain():
    child = os.fork()
    if child:
        return child
    Drainer(Path(sys.argv[1])).run(threading.Event())
for _ in range(2):
    drain()
while True:
    os.wait()
    drain()
"""


@dataclass
class Tally:
    """What was done, and what was found."""

    answered: int = 0
    asked: int = 0
    events: int = 0
    counted: int = 0
    left: int = 0
    done: Counter[str] = field(default_factory=Counter)
    took: float = 0

    @property
    def kills(self) -> int:
        return self.done["web workers killed"] + self.done["drainers killed"]

    def violations(self) -> list[str]:
        """Name every promise that was broken."""
        rules = {
            f"{self.answered - self.events} hits were lost": self.events >= self.answered,
            f"{self.events - self.asked} hits were made up": self.events <= self.asked,
            f"{self.events} events, {self.counted} counted": self.events == self.counted,
            f"{self.left} segments were left in a spool": not self.left,
            "nobody was answered: nothing was shown": self.answered > 0,
            "nothing was killed: nothing was shown": self.kills > 0,
        }
        return [f"tracking: {what}" for what, holds in rules.items() if not holds]

    def __str__(self) -> str:
        done = ", ".join(f"{count} {what}" for what, count in sorted(self.done.items()))
        return (
            f"tracking: {self.asked:,} hits made, {self.answered:,} answered,"
            f" {self.events:,} events, {self.counted:,} counted; {done} ({self.took:.0f} s)"
        )


def run(kills: int, folder: Path, database: Database, *, crashes: int = 3) -> Tally:
    """Do it, and return what was found. Leaves no process behind."""
    began = time.monotonic()
    tally = Tally()
    # Far from the deliveries of mails: an open is evidence that one of them arrived.
    people = range(10**9, 10**9 + 19)
    paths = paths_of(make_campaign("https://example.com/a"), people)
    with ExitStack() as stack:
        hosts = [_host(folder / f"host{number}", database, stack) for number in range(HOSTS)]
        readers = [Readers(host, paths, pause=0.005) for host in hosts]
        with ExitStack() as reading:
            for reader in readers:
                reading.enter_context(reader)
            _wait(lambda: all(reader.answered for reader in readers), "readers are answered")
            _strike(kills, crashes, hosts, database, tally)
        tally.answered = sum(reader.answered for reader in readers)
        tally.asked = sum(reader.asked for reader in readers)
        try:
            _wait(lambda: Event.objects.count() >= tally.answered, "all hits arrive")
        except AssertionError:  # Which is told as what it is: lost hits.
            print("\n".join(host.log() for host in hosts), file=sys.stderr)
    # Nobody lives any more; what the last of them left is drained here.
    for host in hosts:
        with suppress(AssertionError):
            _wait(partial(is_drained, host.spool), "the spool is empty")
        tally.left += len(spool.segments(host.spool))
    tally.events, tally.counted = Event.objects.count(), counted()
    tally.took = time.monotonic() - began
    return tally


def _host(var: Path, database: Database, stack: ExitStack) -> Machine:
    host = Machine(var, database_url=database.url)
    stack.callback(host.stop)
    host.start_web(workers=2)
    host.start("-c", DRAINERS, str(host.spool))
    return host


def _strike(
    kills: int, crashes: int, hosts: list[Machine], database: Database, tally: Tally
) -> None:
    deadline = time.monotonic() + PATIENCE + kills * 5
    crash_at = [kills * number // (crashes + 1) for number in range(crashes, 0, -1)]
    breathing: dict[int, float] = {}
    while tally.kills < kills and time.monotonic() < deadline:
        if crash_at and tally.kills >= crash_at[-1]:
            crash_at.pop()
            connection.close()
            database.crash(random.choice((signal.SIGQUIT, signal.SIGKILL)))
            tally.done["database crashes"] += 1
        host = random.choice(hosts)
        web, drainers = host.processes
        is_ready = time.monotonic() > breathing.get(id(host), 0)
        if is_ready and random.random() < 0.5 and _kill_a_child(web.pid):
            breathing[id(host)] = time.monotonic() + BREATH
            tally.done["web workers killed"] += 1
        else:
            tally.done["drainers killed"] += _kill_a_child(drainers.pid)
        time.sleep(random.uniform(*REST))


def _kill_a_child(parent: int) -> bool:
    """Kill one of them (SIGKILL), if any of them lives."""
    try:
        found = psutil.Process(parent).children()
        random.choice(found).kill()
    except (IndexError, psutil.NoSuchProcess):
        return False
    return True


def _wait(question: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if question():
                return
        except OperationalError:  # It was made to crash a moment ago.
            connection.close()
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)
