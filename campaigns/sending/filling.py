"""Freeze an audience into deliveries: part by part, two at a time, so a kill costs two parts.

Where a part ends is found in turn, which is quick; writing them is what takes the time.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping

from django.db import connection

from campaigns.composing.models import Revision
from campaigns.sending.querysets import launching

# Small enough to hold the campaign's row for a moment only.
PART = 5_000
THREADS = 2


def fill(revision: Revision) -> None:
    """Insert a delivery for everybody in the audience, but for those who have one."""
    parts = launching.parts(revision.campaign_id, size=PART)
    first = list(itertools.islice(parts, THREADS))
    todo = _Parts(itertools.chain(first, parts))
    fillers = [_Filler(revision, todo) for _part in first[1:]]
    for filler in fillers:
        filler.start()
    try:
        _work_through(revision, todo)
    finally:
        todo.stop()
        for filler in fillers:
            filler.join()
    for filler in fillers:
        if filler.error is not None:
            raise filler.error


class _Parts:
    """The parts that are left; each goes to one thread."""

    def __init__(self, parts: Iterator[Mapping[str, int]]) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._is_over = False

    def next(self) -> Mapping[str, int] | None:
        with self._lock:
            return None if self._is_over else next(self._parts, None)

    def stop(self) -> None:
        self._is_over = True


class _Filler(threading.Thread):
    """Helps to fill, over a connection of its own."""

    def __init__(self, revision: Revision, todo: _Parts) -> None:
        super().__init__(name=f"fill-{revision.campaign_id}")
        self._revision, self._todo = revision, todo
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            _work_through(self._revision, self._todo)
        except Exception as error:
            self._todo.stop()
            self.error = error
        finally:
            connection.close()


def _work_through(revision: Revision, todo: _Parts) -> None:
    while (part := todo.next()) is not None and launching.fill(revision, part):
        pass
