"""Drain the spool into the database: each hit counts exactly once.

Records become events and counts, and the place in the spool moves past them, in one
transaction: killed at any point, it either happened or it did not. Several drainers are
harmless, on one host or on many: they take turns.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

from tracking import counting, garbage, sorting, spool
from tracking.ahead import Part, Reader
from tracking.bursts import Recent
from tracking.copying import Copier
from tracking.models import SpoolPosition
from tracking.querysets import lock_draining
from tracking.reads import Reads
from tracking.snapshots import SnapshotError

logger = logging.getLogger(__name__)

BATCH = 10_000
# Of thousands of segments, as a long day without the database leaves, the oldest come first.
MOST_SEGMENTS = 500
IDLE_SECONDS = 0.25
LONGEST_WAIT_SECONDS = 5.0
COPY_SECONDS = 5.0
# Hits that a process passes over because the database refuses them. More than that are no
# odd hits but a fault of ours: they wait in the spool until it is mended.
MOST_REFUSED = 10


class Drainer:
    """Drains one folder; keeps in mind what no transaction needs to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader = Reader()
        self._recent = Recent()
        self._copier = Copier(folder)
        self._copied_at: float | None = None
        self._refused = 0
        # Segments that are gone from the disk, and whose places may be forgotten.
        self._removed: list[str] = []

    def step(self, limit: int = BATCH, *, passes_over: bool = False) -> int:
        """Drain up to `limit` records, and return how many there were.

        Raises `DataError` or `IntegrityError` when the database refuses them; with `passes_over`
        they are passed over instead.
        """
        segments = spool.segments(self._folder)[:MOST_SEGMENTS]
        if not segments:
            return 0
        with garbage.uncollected(), transaction.atomic():
            lock_draining()
            places = _places(segments)
            parts = self._reader.read(segments, places, limit)
            found = Reads()
            for part in parts:
                found.add(part.reads)
            places |= {part.segment.name: part.end for part in parts}

            def read_ahead() -> None:
                # After a whole batch there is more, and we would wait for the database.
                if found.records == limit:
                    self._reader.read_ahead(segments, places, limit)

            if found.records:
                if passes_over:
                    self._keep_or_pass_over(found)
                else:
                    counting.keep(sorting.sort(found, self._recent), read_ahead)
                _move(parts)
            SpoolPosition.objects.filter(segment__in=self._removed).delete()
        self._removed = [
            part.segment.name for part in parts if spool.remove(part.segment, part.end)
        ]
        return found.records

    def _keep_or_pass_over(self, found: Reads) -> None:
        """Under one lock, so that nobody else passes over the same hit, and us over the next."""
        try:
            with transaction.atomic():
                counting.keep(sorting.sort(found, self._recent))
        except (DataError, IntegrityError):
            self._refused += 1
            logger.exception("A hit was passed over")

    def run(self, stop: threading.Event) -> None:
        """Drain until `stop` is set; wait while there is nothing, or while the database is down."""
        wait = IDLE_SECONDS
        while not stop.is_set():
            try:
                self._copy_links()
                if self.step() == 0:
                    stop.wait(IDLE_SECONDS)
                wait = IDLE_SECONDS
            except (OperationalError, InterfaceError) as error:
                # Nothing is lost: the spool grows, and is drained when the database is back.
                logger.warning("The database does not answer; trying again: %s", error)
                connection.close()
                stop.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            except (DataError, IntegrityError):
                logger.exception("A batch of hits was refused; looking for the one it is about")
                self._skip_refused(stop)

    def _copy_links(self) -> None:
        now = time.monotonic()
        if self._copied_at is not None and now - self._copied_at < COPY_SECONDS:
            return
        self._copied_at = now
        try:
            self._copier.copy()
        except SnapshotError as error:
            logger.warning("Links could not be copied beside the spool: %s", error)

    def _skip_refused(self, stop: threading.Event) -> None:
        """Go on one by one, and pass over the record that the database will never take."""
        if self._refused >= MOST_REFUSED:
            stop.wait(LONGEST_WAIT_SECONDS)
            return
        before = self._refused
        for _ in range(BATCH):
            if stop.is_set() or self.step(limit=1, passes_over=True) == 0:
                return
            if self._refused > before:
                return


def drain(folder: Path) -> int:
    """Drain all that is in the spool, and return how many hits it were."""
    drainer = Drainer(folder)
    total = 0
    while count := drainer.step():
        total += count
    return total


def _places(segments: Sequence[Path]) -> dict[str, int]:
    # Asked for after the files: a segment whose place was forgotten is gone by then.
    known = SpoolPosition.objects.filter(segment__in=[segment.name for segment in segments])
    return dict(known.values_list("segment", "offset"))


def _move(parts: Sequence[Part]) -> None:
    SpoolPosition.objects.bulk_create(
        [SpoolPosition(segment=part.segment.name, offset=part.end) for part in parts],
        update_conflicts=True,
        unique_fields=["segment"],
        update_fields=["offset", "at"],
    )
