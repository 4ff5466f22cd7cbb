"""Keep a process that sends out of the way: of itself, and of those it shares a machine with."""

from __future__ import annotations

import contextlib
import gc
import os

# A few hundred claimed rows are alive at any time: too many to be looked through for each 700.
YOUNG_OBJECTS = 20_000


def calm() -> None:
    """Let nothing be done that no mail needs. May be asked at every turn."""
    _calm_the_collector()
    _calm_the_scheduler()


def _calm_the_collector() -> None:
    """Look no more at what lives as long as the process: no mail leaves a cycle behind."""
    # Not `get_freeze_count`, which counts them one by one.
    if gc.get_threshold()[0] != YOUNG_OBJECTS:
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


def _calm_the_scheduler() -> None:
    """Say that this thread, and those it starts, work through a heap and wait for nobody.

    Whoever answers a person or hands us a reply is then not interrupted for us: pages stay
    quick beside a campaign, and mails go faster where the server shares the machine.
    """
    if hasattr(os, "SCHED_BATCH") and os.sched_getscheduler(0) == os.SCHED_OTHER:
        with contextlib.suppress(OSError):
            # Some containers do not let us; it is a courtesy.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
