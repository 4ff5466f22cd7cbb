"""Do something with what is ready of a large job while the rest is made: two cores share it.

What follows has a thread and a connection of its own, and sees what was committed. It takes
up all that is there by then, in parts that grow: each part costs something of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from django.db import connection

from campaigns.audience.imports.merging import MergeError

# A part is at least such a share of all before it.
SHARE = 4


class StoppedError(Exception):
    """What was followed came to no good end."""


class Follower:
    """Calls `follow` with numbers up to which all is ready, once there is a first one."""

    def __init__(self, follow: Callable[[Iterable[int]], None]) -> None:
        self._follow = follow
        self._news = threading.Condition()
        self._ready = self._done = 0
        self._is_over = self._is_stopped = False
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._followed: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        with self._news:
            self._is_stopped = True
            self._news.notify()
        self._pool.shutdown()

    def tell(self, ready: int) -> None:
        """Say that all up to `ready` may be taken up."""
        with self._news:
            self._ready = ready
            self._news.notify()
        if self._followed is None:
            self._followed = self._pool.submit(self._run)

    def has_done_it(self) -> bool:
        """Say that all is ready, wait, and return whether it was followed to the end."""
        if self._followed is None:
            return False
        with self._news:
            self._is_over = True
            self._news.notify()
        try:
            self._followed.result()
        except MergeError:
            return False
        return True

    def _run(self) -> None:
        try:
            self._follow(self._parts())
        finally:
            connection.close()

    def _parts(self) -> Iterator[int]:
        while self._is_there_more():
            yield self._done

    def _is_there_more(self) -> bool:
        with self._news:
            self._news.wait_for(self._is_worth_it)
            if self._is_stopped:
                raise StoppedError
            self._done = self._ready
            return not self._is_over

    def _is_worth_it(self) -> bool:
        enough = self._ready > self._done + self._done // SHARE
        return enough or self._is_over or self._is_stopped
