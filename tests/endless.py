"""Fail where reading something made for it would go on for hours, instead of waiting for its end.

No measure of speed: what is read here ends in a second or two, or not while anybody waits.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

# Of the processor's time, which a busy machine does not use up.
PATIENCE = 30.0


@contextmanager
def it_ends() -> Iterator[None]:
    """Fail in the middle of what is done within, when it goes on and on; no `except` stops that."""

    def give_up(number: int, frame: FrameType | None) -> None:
        pytest.fail("It goes on and on.")

    former = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)
