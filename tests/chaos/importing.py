"""Kill the workers of imports, over and over: what is left is what an undisturbed one leaves.

Each import is killed up to four times at any moment, then its undoing is, and both are held
against those of an import that nobody disturbed. Every other file is merged while it is
staged.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from campaigns.audience import wording
from campaigns.audience.imports import importing, undoing
from campaigns.audience.models import Import, List
from tests.audience import aftermath
from tests.audience.files import make_import
from tests.chaos import killing

ROWS = 3_000
# What fails five times is given up.
MOST = importing.MAX_ATTEMPTS - 1
CHUNK, STEP = 300, 300
FILES = (aftermath.plain_file(ROWS), aftermath.file(ROWS))


def run(kills: int, *, seed: int = 1) -> killing.Tally:
    """Kill workers of imports at least `kills` times, and compare."""
    importing.CHUNK, undoing.STEP, wording.STEP = CHUNK, STEP, STEP
    chance = random.Random(seed)
    began = time.monotonic()
    undisturbed = [_one(content, killing.undisturbed) for content in FILES]
    usual = (time.monotonic() - began) / 2 / len(FILES)
    tally = killing.Tally("imports")
    while tally.kills < kills and not tally.wrong:
        which = tally.jobs % len(FILES)
        disturbed = _one(
            FILES[which], lambda work: tally.add(killing.disturbed(work, chance, usual, MOST))
        )
        tally.compare(f"import {tally.jobs + 1}", disturbed, undisturbed[which])
    return tally


def _one(
    content: bytes, do: Callable[[Callable[[], bool]], None]
) -> tuple[dict[str, list[object]], ...]:
    """Import a file and undo it, both by `do`; return what there is after each."""
    readers = aftermath.make_world()
    one = make_import(readers, content)
    importing.start(one)
    do(lambda: _import(one.pk))
    wording.note_waiting()
    imported = aftermath.everything(readers)
    one.refresh_from_db()
    if one.status != Import.Status.DONE or not undoing.start(one):
        raise RuntimeError(f"the import ended as {one.status}: {one.error}")
    do(lambda: _undo(one.pk))
    undone = aftermath.everything(readers)
    _clear(readers)
    return imported, undone


def _import(pk: int) -> bool:
    """Take the import up, whoever had it before, and say whether it is over."""
    Import.objects.filter(pk=pk, status=Import.Status.RUNNING).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    importing.run(pk)
    return Import.objects.get(pk=pk).is_over


def _undo(pk: int) -> bool:
    undoing.run(pk)
    return Import.objects.get(pk=pk).is_over


def _clear(readers: List) -> None:
    readers.workspace.imports.all().delete()
    readers.workspace.delete()
