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
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

READ, WRITE = select.POLLIN, select.POLLOUT
# What is done aside has limits of its own.
ERRAND_SECONDS = 3600
# How often somebody looks for waits that last too long.
TICK = 0.1

# A descriptor, what it should be ready for, and for how many seconds to wait for that; or
# something that would hold the others up, to be done aside.
Need = tuple[int, int, float] | Callable[[], Any]
T = TypeVar("T")
Conversation = Generator[Need, Any, T]


def together(conversations: Sequence[Conversation[T]]) -> list[T]:
    """Run all to their ends, and return what each returned, in their order.

    A wait that lasts too long raises `TimeoutError` inside its conversation.
    """
    table = _Table(conversations)
    try:
        while table.is_busy():
            table.turn()
    finally:
        table.close()
    return table.results


def alone(conversation: Conversation[T]) -> T:
    """Run one to its end, and return what it returned."""
    return together([conversation])[0]


class _Table:
    """Who is to go on, and who waits for what."""

    def __init__(self, conversations: Sequence[Conversation[Any]]) -> None:
        self._conversations = conversations
        self._steps = [one.send for one in conversations]
        self.results: list[Any] = [None] * len(conversations)
        self._ready: deque[tuple[int, Callable[[Any], Need], Any]] = deque(
            (place, step, None) for place, step in enumerate(self._steps)
        )
        # By descriptor: whose it is, and when its time is over.
        self._waiting: dict[int, tuple[int, float]] = {}
        self._aside: dict[int, _Errand] = {}
        self._poller = select.poll()
        self._looked_at = time.monotonic()

    def is_busy(self) -> bool:
        return bool(self._ready or self._waiting)

    def turn(self) -> None:
        """Go on with all that can, then wait for the next that will."""
        while self._ready:
            self._go_on(*self._ready.popleft())
        if not self._waiting:
            return
        for descriptor, _event in self._poller.poll(TICK * 1000):
            self._wake(descriptor)
        now = time.monotonic()
        if now > self._looked_at + TICK:
            self._looked_at = now
            self._give_up_on_the_late(now)

    def close(self) -> None:
        """Let nothing be left behind, whatever went wrong."""
        for errand in self._aside.values():
            errand.close()
        for conversation in self._conversations:
            conversation.close()

    def _go_on(self, place: int, step: Callable[[Any], Need], value: Any) -> None:
        try:
            need = step(value)
        except StopIteration as end:
            self.results[place] = end.value
            return
        if isinstance(need, tuple):
            self._wait(place, *need)
        elif len(self._conversations) == 1:
            # Nobody to hold up.
            self._answer(place, *_done(need))
        else:
            errand = _Errand(need)
            self._aside[errand.descriptor] = errand
            self._wait(place, errand.descriptor, READ, ERRAND_SECONDS)

    def _wait(self, place: int, descriptor: int, event: int, seconds: float) -> None:
        self._poller.register(descriptor, event)
        self._waiting[descriptor] = place, time.monotonic() + seconds

    def _answer(self, place: int, value: Any, error: Exception | None) -> None:
        if error is None:
            self._ready.append((place, self._steps[place], value))
        else:
            self._ready.append((place, self._conversations[place].throw, error))

    def _wake(self, descriptor: int) -> None:
        self._poller.unregister(descriptor)
        place, _until = self._waiting.pop(descriptor)
        if descriptor not in self._aside:
            self._ready.append((place, self._steps[place], None))
            return
        errand = self._aside.pop(descriptor)
        self._answer(place, errand.value, errand.error)
        errand.close()

    def _give_up_on_the_late(self, now: float) -> None:
        late = [found for found, (_place, until) in self._waiting.items() if until <= now]
        for descriptor in late:
            self._poller.unregister(descriptor)
            place, _until = self._waiting.pop(descriptor)
            self._answer(place, None, TimeoutError())


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
