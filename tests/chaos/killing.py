"""Kill workers of one piece of work, over and over, until one may end it.

They are forked, because starting Python takes longer than they live here.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

# Take the work up, whoever had it before, and say whether it is over.
Work = Callable[[], bool]
# Nobody needs so many tries, unless something is stuck.
TRIES = 200


@dataclass
class Tally:
    """How often workers were killed, and what was not as it should be."""

    # What was done and taken back, in the plural.
    of: str
    kills: int = 0
    jobs: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.of}: {self.kills} kills in {self.jobs} of them and as many undoings,"
            f" {len(self.wrong)} not as undisturbed"
        )

    def add(self, kills: int) -> None:
        """Count what was killed in one piece of work."""
        self.kills += kills

    def compare(
        self,
        job: str,
        found: Sequence[Mapping[str, object]],
        expected: Sequence[Mapping[str, object]],
    ) -> None:
        """Count one job, and hold what is there after it, and after its undoing, against this."""
        self.jobs += 1
        self.wrong += [
            f"{job} {when}: {name} differ"
            for when, left, right in zip(("done", "undone"), found, expected, strict=True)
            for name in right
            if left[name] != right[name]
        ]

    def violations(self) -> list[str]:
        """Return what was not as promised."""
        return self.wrong


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
