"""Kill the workers of bulk edits, over and over: what is left is what undisturbed ones leave."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from campaigns.audience.bulk import running
from campaigns.audience.models import BulkEdit
from tests.audience.bulk import aftermath
from tests.chaos import killing

PEOPLE, STEP = 1_000, 100
# Of one edit, and as many of its undoing.
MOST = 4
ACTIONS = ("set_field", "add_tags", "remove_tags", "subscribe", "unsubscribe", "suppress")


@dataclass
class Tally:
    """How often workers were killed, and what was not as it should be."""

    kills: int = 0
    edits: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"bulk edits: {self.kills} kills in {self.edits.total()} edits and as many undoings,"
            f" {len(self.wrong)} not as undisturbed"
        )

    def add(self, kills: int) -> None:
        """Count what was killed in one piece of work."""
        self.kills += kills

    def violations(self) -> list[str]:
        """Return what was not as promised."""
        return self.wrong


def run(kills: int, *, seed: int = 1) -> Tally:
    """Kill workers of bulk edits at least `kills` times, of each action in turn, and compare."""
    running.STEP = STEP
    chance, tally, usual = random.Random(seed), Tally(), list[float]()

    def _disturbed(work: killing.Work) -> int:
        return killing.disturbed(work, chance, max(usual[-2:]), MOST)

    for action in cycle(ACTIONS):
        if tally.kills >= kills or tally.wrong:
            return tally
        expected = _one(action, lambda work: usual.append(_timed(work)))
        found = _one(action, lambda work: tally.add(_disturbed(work)))
        tally.edits[action] += 1
        tally.wrong += [
            f"{action} {what}: {name} differ"
            for what, left, right in zip(("done", "undone"), found, expected, strict=True)
            for name in right
            if left[name] != right[name]
        ]
    return tally


def _timed(work: killing.Work) -> float:
    began = time.monotonic()
    killing.undisturbed(work)
    return time.monotonic() - began


def _one(action: str, do: Callable[[killing.Work], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Change many and take it back, both by `do`; return what there is after each."""
    workspace = aftermath.make_world(PEOPLE)
    edit = aftermath.begin(workspace, action)
    do(lambda: _work(edit.pk))
    done = aftermath.everything(workspace)
    edit.refresh_from_db()
    if not running.start_undo(edit):
        raise RuntimeError(f"the edit ended as {edit.status}")
    do(lambda: _work(edit.pk))
    undone = aftermath.everything(workspace)
    workspace.delete()
    return done, undone


def _work(pk: int) -> bool:
    running.run(pk)
    return BulkEdit.objects.get(pk=pk).is_over
