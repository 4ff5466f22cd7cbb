"""Run a bulk edit, or undo it: step by step, each committed with how far it came.

A `kill -9` costs the step that it hit. A second worker finds the row locked and does nothing,
so that a task may be rung for as often as one likes. Knows nothing of Celery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaigns.audience.bulk import acts, people
from campaigns.audience.models import BulkEdit, BulkEditPerson, Contact

STEP = 2_000
# Erasing asks every room for each person, and a step should not take long.
SLOW_STEP = 100
# So few that nobody has to wait for a worker.
AT_ONCE = 200
KEPT = timedelta(days=30)
DRAFTS_KEPT = timedelta(days=1)

_SLOW = frozenset({BulkEdit.Action.ERASE, BulkEdit.Action.STOP_MEASURING})


def choose(edit: BulkEdit, action: str, values: Mapping[str, Any]) -> bool:
    """Say what the edit shall change; say whether it was still time to."""
    waiting = BulkEdit.objects.filter(pk=edit.pk, status=BulkEdit.Status.CHOSEN)
    return waiting.update(action=action, values=values) == 1


def start(edit: BulkEdit, **more: Any) -> bool:
    """Let a bulk edit run with what was chosen, as `edit` has it, and `more` beside its values.

    Say whether this call was the one: not where something else was chosen meanwhile.
    """
    waiting = BulkEdit.objects.filter(pk=edit.pk, status=BulkEdit.Status.CHOSEN)
    same = waiting.filter(action=edit.action, values=edit.values).exclude(action="")
    return same.update(status=BulkEdit.Status.RUNNING, values={**edit.values, **more}) == 1


def can_undo(edit: BulkEdit) -> bool:
    """Whether the edit is done, has a way back, and was not too long ago."""
    if edit.status != BulkEdit.Status.DONE or edit.ended_at is None:
        return False
    return acts.can_undo(edit.action) and edit.ended_at > timezone.now() - KEPT


def start_undo(edit: BulkEdit) -> bool:
    """Begin to undo; say whether this call was the one."""
    if not can_undo(edit):
        return False
    done = BulkEdit.objects.filter(pk=edit.pk, status=BulkEdit.Status.DONE)
    return done.update(status=BulkEdit.Status.UNDOING, after=0, seen=0, undone={}) == 1


def run(edit_id: int) -> None:
    """Go on with an edit, or with its undoing, to the end. Does nothing when it is over."""
    while _step(edit_id):
        pass


def resume(ring: Callable[[int], object]) -> int:
    """Ring for each edit that is not over; return how many. For the beat."""
    status = BulkEdit.Status
    still = BulkEdit.objects.filter(status__in=[status.RUNNING, status.UNDOING])
    ids = list(still.values_list("pk", flat=True))
    for edit_id in ids:
        ring(edit_id)
    return len(ids)


def tidy() -> None:
    """Forget who was chosen and never changed, and whom nothing can be undone of any more."""
    now = timezone.now()
    drafts = BulkEdit.objects.filter(status=BulkEdit.Status.CHOSEN)
    drafts.filter(created_at__lt=now - DRAFTS_KEPT).delete()
    old = BulkEdit.objects.filter(status__in=[BulkEdit.Status.DONE, BulkEdit.Status.UNDONE])
    BulkEditPerson.objects.filter(of__in=old.filter(ended_at__lt=now - KEPT)).delete()


def _step(edit_id: int) -> bool:
    """Do the next part; say whether there may be more."""
    with transaction.atomic():
        rows = BulkEdit.objects.select_for_update(skip_locked=True, of=["self"])
        edit = rows.select_related("created_by").filter(pk=edit_id).first()
        if edit is None or edit.is_over:
            return False
        undoes = edit.status == BulkEdit.Status.UNDOING
        ids = people.some(edit, SLOW_STEP if edit.action in _SLOW else STEP)
        if not ids:
            return _end(edit)
        Contact.objects.filter(pk__in=ids).hold(no_key=True)
        outcome = (acts.UNDO if undoes else acts.DO)[edit.action](edit, ids)
        edit.after = ids[-1]
        edit.seen += len(ids)
        if undoes:
            edit.undone = _added(edit.undone, {"restored": outcome.changed})
        else:
            edit.changed += outcome.changed
            edit.kept = _added(edit.kept, outcome.kept)
        edit.save(update_fields=["after", "seen", "changed", "kept", "undone"])
    return True


def _end(edit: BulkEdit) -> bool:
    done = {
        BulkEdit.Status.RUNNING: BulkEdit.Status.DONE,
        BulkEdit.Status.UNDOING: BulkEdit.Status.UNDONE,
    }
    edit.status = done[BulkEdit.Status(edit.status)]
    edit.ended_at = timezone.now()
    edit.save(update_fields=["status", "ended_at"])
    return False


def _added(counts: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    names = [name for name in {*counts, *more} if counts.get(name, 0) + more.get(name, 0)]
    return {name: counts.get(name, 0) + more.get(name, 0) for name in sorted(names)}
