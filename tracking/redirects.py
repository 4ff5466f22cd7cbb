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
# How long clicks may wait for one question: for a link that the copy knows, and for others.
_BRIEF_SECONDS = 0.25
_PATIENCE_SECONDS = 3.0
# A question without an answer is given up then, and another may be put.
_GIVEN_UP_SECONDS = 10.0


class LookupFailed(Exception):
    """The database did not answer."""


class _Question:
    """What the database is asked by a thread of its own, so that nobody waits longer than bearable.

    A server has few threads, and each that waits here is kept from those who only open a mail.
    """

    def __init__(self, campaign_id: int, ask: Callable[[int], None]) -> None:
        self.campaign_id = campaign_id
        self._at = time.monotonic()
        self._ask = ask
        self._is_answered = threading.Event()
        threading.Thread(target=self._put, daemon=True, name="links").start()

    def _put(self) -> None:
        try:
            self._ask(self.campaign_id)
        finally:
            self._is_answered.set()

    def is_open(self) -> bool:
        """Whether an answer may still come."""
        return not self._is_answered.is_set() and time.monotonic() - self._at < _GIVEN_UP_SECONDS

    def wait(self, until: float) -> bool:
        """Wait, but for nobody's answer longer than is bearable; return whether it came."""
        until = min(until, self._at + _PATIENCE_SECONDS)
        return self._is_answered.wait(max(0.0, until - time.monotonic()))


class Redirects:
    """Answers where a campaign's link leads. Safe between threads."""

    def __init__(self, lookup: Lookup, snapshot: Snapshot) -> None:
        self._lookup = lookup
        self._snapshot = snapshot
        self._known: dict[int, Mapping[int, str]] = {}
        self._asked_at: dict[int, float] = {}
        self._failed_at: float | None = None
        # One is asked at a time: a database that is slow is not asked by every click.
        self._question: _Question | None = None
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
        kept = self._kept(campaign_id)
        until = time.monotonic() + (_BRIEF_SECONDS if number in kept else _PATIENCE_SECONDS)
        while not self._is_failing():
            question = self._put(campaign_id)
            if question is None:
                return self._known.get(campaign_id, {})
            if not question.wait(until):
                break
            if question.campaign_id == campaign_id:
                return self._known.get(campaign_id, kept)
        return kept

    def _put(self, campaign_id: int) -> _Question | None:
        """Return the question under way, or put one; None when this was asked just now."""
        with self._lock:
            if self._question is not None and self._question.is_open():
                return self._question
            asked_at = self._asked_at.get(campaign_id)
            if asked_at is not None and time.monotonic() - asked_at < _REST_SECONDS:
                return None
            self._question = _Question(campaign_id, self._learn)
            return self._question

    def _is_failing(self) -> bool:
        failed_at = self._failed_at
        return failed_at is not None and time.monotonic() - failed_at < _FAILURE_SECONDS

    def _learn(self, campaign_id: int) -> None:
        try:
            links = dict(self._lookup(campaign_id))
        except LookupFailed:
            self._failed_at = time.monotonic()
            return
        self._failed_at = None
        self._asked_at[campaign_id] = time.monotonic()
        if links == self._known.get(campaign_id):
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
