"""People who open and click without pause, and what became of it."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterable
from pathlib import Path

from tests.tracking.hitting import person
from tests.tracking.processes import Machine, ask
from tracking import draining, keys, spool
from tracking.models import CampaignCount
from tracking.tokens import Kind, Token


class Readers:
    """Threads that open and click without pause, and know what was answered."""

    def __init__(self, machine: Machine, paths: list[str], *, pause: float = 0) -> None:
        self._machine, self._paths, self._pause = machine, paths, pause
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.answered = self.asked = 0
        self._threads = [threading.Thread(target=self._read) for _ in range(3)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def were_answered(self, count: int) -> bool:
        return self.answered >= count

    def _read(self) -> None:
        connection = self._machine.connect()
        while not self._stop.is_set():
            try:
                if connection.sock is None:
                    connection.connect()
                with self._lock:
                    self.asked += 1
                status = ask(connection, random.choice(self._paths))
                assert status in (200, 302)
                with self._lock:
                    self.answered += 1
                self._stop.wait(self._pause)
            except (OSError, http.client.HTTPException):
                connection.close()
                self._stop.wait(0.02)


def paths_of(campaign: int, people: Iterable[int] = range(1, 20)) -> list[str]:
    signer = keys.signer()
    found = []
    for token in [Token(campaign), *(person(campaign, number) for number in people)]:
        found.append(f"/track/open/{signer.sign(Kind.OPEN, token)}.gif")
        found.append(f"/track/click/{signer.sign(Kind.CLICK, token)}/1")
    return found


def counted() -> int:
    """Return how many hits the counts of all campaigns know."""
    return sum(row.opens + row.clicks for row in CampaignCount.objects.all())


def is_drained(folder: Path) -> bool:
    """Drain what is left, and say whether the spool is empty.

    The kernel takes a moment to let go of what a killed process held.
    """
    draining.drain(folder)
    return not spool.segments(folder)
