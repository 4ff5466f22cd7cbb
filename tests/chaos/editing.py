"""Kill the workers of bulk edits, over and over: what is left is what undisturbed ones leave."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
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


def run(kills: int, *, seed: int = 1) -> killing.Tally:
    """Kill workers of bulk edits at least `kills` times, of each action in turn, and compare."""
    running.STEP = STEP
    chance, tally, usual = random.Random(seed), killing.Tally("bulk edits"), list[float]()

    def _disturbed(work: killing.Work) -> int:
        return killing.disturbed(work, chance, max(usual[-2:]), MOST)

    for action in cycle(ACTIONS):
        if tally.kills >= kills or tally.wrong:
            break
        expected = _one(action, lambda work: usual.append(_timed(work)))
        found = _one(action, lambda work: tally.add(_disturbed(work)))
        tally.compare(action, found, expected)
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
