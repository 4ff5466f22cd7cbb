"""Where links lead, without asking the database for each click.

Links never change once they have a number, so a process keeps what it has looked up. What
it does not know it asks the database; while that is down, the snapshot beside the spool.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from tracking.snapshots import Snapshot, SnapshotError

logger = logging.getLogger(__name__)

Lookup = Callable[[int], Mapping[int, str]]

# A campaign is asked about once in so long, whatever numbers people make up.
_REST_SECONDS = 1.0
# After a failure nobody asks for so long: readers must not wait for a database that is down.
_FAILURE_SECONDS = 5.0
# How long a first click may wait for another's question.
_PATIENCE_SECONDS = 3.0


class LookupFailed(Exception):
    """The database did not answer."""


class Redirects:
    """Answers where a campaign's link leads. Safe between threads."""

    def __init__(self, lookup: Lookup, snapshot: Snapshot) -> None:
        self._lookup = lookup
        self._snapshot = snapshot
        self._known: dict[int, Mapping[int, str]] = {}
        self._asked_at: dict[int, float] = {}
        self._failed_at: float | None = None
        self._lock = threading.Lock()

    def target(self, campaign_id: int, number: int) -> str | None:
        """Return the address of a link, or None when there is no such link."""
        url = self._known.get(campaign_id, {}).get(number)
        if url is None:
            # An edited campaign gets new numbers, so what is not known is asked for again.
            url = self._ask(campaign_id, number).get(number)
        # Who wrote the mail may have linked to anything; a redirect leads to the web alone.
        return url if url and url.lower().startswith(("https://", "http://")) else None

    def _ask(self, campaign_id: int, number: int) -> Mapping[int, str]:
        if self._is_failing():
            return self._kept(campaign_id)
        if not self._lock.acquire(blocking=False):
            # One asks; others go by the copy, and wait only for what is not in it yet. While
            # the database is down, nobody else waits: each would keep a thread from readers.
            kept = self._kept(campaign_id)
            patience = _PATIENCE_SECONDS if self._failed_at is None else 0
            if number in kept or not self._lock.acquire(timeout=patience):
                return kept
        try:
            asked_at = self._asked_at.get(campaign_id)
            if asked_at is None or time.monotonic() - asked_at >= _REST_SECONDS:
                self._learn(campaign_id)
            return self._known.get(campaign_id, {})
        except LookupFailed:
            self._failed_at = time.monotonic()
            return self._kept(campaign_id)
        finally:
            self._lock.release()

    def _is_failing(self) -> bool:
        failed_at = self._failed_at
        return failed_at is not None and time.monotonic() - failed_at < _FAILURE_SECONDS

    def _learn(self, campaign_id: int) -> None:
        links = dict(self._lookup(campaign_id))
        self._failed_at = None
        self._asked_at[campaign_id] = time.monotonic()
        if links == self._known.get(campaign_id, {}):
            return
        self._known[campaign_id] = links
        try:
            self._snapshot.add((campaign_id, number, url) for number, url in links.items())
        except SnapshotError as error:
            logger.warning("Links could not be copied beside the spool: %s", error)

    def _kept(self, campaign_id: int) -> Mapping[int, str]:
        try:
            return self._snapshot.links_of(campaign_id)
        except SnapshotError:
            logger.exception("The copy of links beside the spool cannot be read")
            return {}
