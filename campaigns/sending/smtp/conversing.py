"""Carry on several conversations with servers in one thread.

A conversation is a generator that yields what it has to wait for, and is gone on with when
that has come. So while one server thinks, another gets its mail, and no thread has to wait
for the interpreter: a connection costs a file descriptor.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Sequence
from typing import Any, Generic, TypeVar

READ, WRITE = select.POLLIN, select.POLLOUT
# What is done aside has limits of its own.
ERRAND_SECONDS = 3600
# How often somebody looks for waits that last too long.
TICK = 0.1

# A descriptor, what it should be ready for, and for how many seconds to wait for that; or
# something that would hold the others up, to be done aside.
Need = tuple[int, int, float] | Callable[[], Any]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Conversation = Generator[Need, Any, T]


def together(conversations: Sequence[Conversation[T]]) -> list[T]:
    """Run all to their ends, and return what each returned, in their order.

    A wait that lasts too long raises `TimeoutError` inside its conversation.
    """
    table: Table[int, T] = Table()
    results: dict[int, T] = {}
    try:
        for place, conversation in enumerate(conversations):
            table.add(place, conversation)
        while table.is_busy():
            results.update(table.turn())
    finally:
        table.close()
    return [results[place] for place in range(len(conversations))]


class Table(Generic[K, T]):
    """Who is to go on, and who waits for what. Conversations may join at any time."""

    def __init__(self) -> None:
        self._conversations: dict[K, Conversation[T]] = {}
        self._steps: dict[K, Callable[[Any], Need]] = {}
        self._ended: list[tuple[K, T]] = []
        self._ready: deque[tuple[K, Callable[[Any], Need], Any]] = deque()
        # By descriptor: whose it is, and when its time is over.
        self._waiting: dict[int, tuple[K, float]] = {}
        self._aside: dict[int, _Errand] = {}
        self._poller = select.poll()
        self._looked_at = time.monotonic()

    def add(self, key: K, conversation: Conversation[T]) -> None:
        """Begin a conversation at the next turn."""
        self._conversations[key] = conversation
        self._steps[key] = conversation.send
        self._ready.append((key, conversation.send, None))

    def is_busy(self) -> bool:
        """Whether anybody has not ended."""
        return bool(self._conversations)

    def turn(self, seconds: float = TICK) -> list[tuple[K, T]]:
        """Go on with all that can, wait for the next that will; return who ended, and how.

        Waits for no more than `seconds`.
        """
        while self._ready:
            self._go_on(*self._ready.popleft())
        if self._waiting and not self._ended:
            for descriptor, _event in self._poller.poll(seconds * 1000):
                self._wake(descriptor)
            now = time.monotonic()
            if now > self._looked_at + TICK:
                self._looked_at = now
                self._give_up_on_the_late(now)
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """Let nothing be left behind, whatever went wrong."""
        for errand in self._aside.values():
            errand.close()
        for conversation in self._conversations.values():
            conversation.close()

    def _go_on(self, key: K, step: Callable[[Any], Need], value: Any) -> None:
        try:
            need = step(value)
        except StopIteration as end:
            del self._conversations[key], self._steps[key]
            self._ended.append((key, end.value))
            return
        if isinstance(need, tuple):
            self._wait(key, *need)
        elif len(self._conversations) == 1:
            # Nobody to hold up.
            self._answer(key, *_done(need))
        else:
            errand = _Errand(need)
            self._aside[errand.descriptor] = errand
            self._wait(key, errand.descriptor, READ, ERRAND_SECONDS)

    def _wait(self, key: K, descriptor: int, event: int, seconds: float) -> None:
        self._poller.register(descriptor, event)
        self._waiting[descriptor] = key, time.monotonic() + seconds

    def _answer(self, key: K, value: Any, error: Exception | None) -> None:
        if error is None:
            self._ready.append((key, self._steps[key], value))
        else:
            self._ready.append((key, self._conversations[key].throw, error))

    def _wake(self, descriptor: int) -> None:
        self._poller.unregister(descriptor)
        key, _until = self._waiting.pop(descriptor)
        if descriptor not in self._aside:
            self._ready.append((key, self._steps[key], None))
            return
        errand = self._aside.pop(descriptor)
        self._answer(key, errand.value, errand.error)
        errand.close()

    def _give_up_on_the_late(self, now: float) -> None:
        late = [found for found, (_key, until) in self._waiting.items() if until <= now]
        for descriptor in late:
            self._poller.unregister(descriptor)
            key, _until = self._waiting.pop(descriptor)
            self._answer(key, None, TimeoutError())


class _Errand:
    """Something done in a thread of its own; its descriptor can be read when it is done."""

    def __init__(self, task: Callable[[], Any]) -> None:
        self.value: Any = None
        self.error: Exception | None = None
        self.descriptor, self._bell = os.pipe()
        self._thread = threading.Thread(target=self._run, args=(task,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._thread.join()
        os.close(self.descriptor)

    def _run(self, task: Callable[[], Any]) -> None:
        self.value, self.error = _done(task)
        os.close(self._bell)


def _done(task: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return task(), None
    except Exception as error:
        return None, error
