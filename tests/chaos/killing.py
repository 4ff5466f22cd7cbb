"""Kill workers of one piece of work, over and over, until one may end it.

They are forked, because starting Python takes longer than they live here.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

from django.db import connection

# Take the work up, whoever had it before, and say whether it is over.
Work = Callable[[], bool]
# Nobody needs so many tries, unless something is stuck.
TRIES = 200


def undisturbed(work: Work) -> None:
    """Let one worker do it all."""
    if not work():
        raise RuntimeError("an undisturbed worker did not end its work")


def disturbed(work: Work, chance: random.Random, usual: float, most: int) -> int:
    """Kill up to `most` workers at any moment, let another end it; return how many were killed."""
    kills = 0
    while kills < most and _killed(work, chance.uniform(0.01, usual)):
        kills += 1
    # The database may still be at what a killed worker asked of it.
    for _try in range(TRIES):
        if work():
            return kills
        time.sleep(0.1)
    raise RuntimeError("the work of a killed worker was never taken up")


def _killed(work: Work, after: float) -> bool:
    """Let a child work, kill it after a while, and say whether it was not over by then."""
    connection.close()  # A child must not speak on our connection.
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
