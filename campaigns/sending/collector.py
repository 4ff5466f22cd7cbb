"""Keep Python's garbage collector out of the way of a process that sends."""

from __future__ import annotations

import gc

# A few hundred claimed rows are alive at any time: too many to be looked through for each 700.
YOUNG_OBJECTS = 20_000


def calm() -> None:
    """Look no more at what lives as long as the process: no mail leaves a cycle behind."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
