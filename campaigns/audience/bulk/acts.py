"""What a bulk edit does to a part of its people, and how that is undone: one row per action.

Each act runs in the transaction of a step and writes a `Change` per contact at the step's own
moment. By it undoing tells what the edit did from what happened since, which it leaves alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns.audience import consent, statements
from campaigns.audience.bulk import fields, people, sql
from campaigns.audience.models import BulkEdit, ConsentEntry, Contact

Eraser = Callable[[Sequence[int]], None]
# Filled by the room that asks all others to forget a person.
_eraser: list[Eraser] = []


@dataclass(frozen=True)
class Outcome:
    """What a step did: how many people it changed, and why others are as before."""

    changed: int
    kept: Mapping[str, int] = field(default_factory=dict)


Act = Callable[[BulkEdit, Sequence[int]], Outcome]


def register_eraser(eraser: Eraser) -> None:
    """Let `eraser` make all rooms forget contacts."""
    _eraser[:] = [eraser]


def can_undo(action: str) -> bool:
    """Whether there is a way back from this action."""
    return action in UNDO


def _statement(text: str) -> Act:
    def act(edit: BulkEdit, ids: Sequence[int]) -> Outcome:
        return Outcome(statements.number(text, _values(edit, ids)))

    return act


def _subscribe(edit: BulkEdit, ids: Sequence[int]) -> Outcome:
    """As imports do: who left stays away, and who must not be mailed is left alone."""
    values = _values(edit, ids)
    suppressed, left = statements.row(sql.KEPT_OFF, values)
    changed = statements.number(sql.SUBSCRIBE, values)
    return Outcome(changed, {"suppressed": suppressed, "left": left})


def _stop_measuring(edit: BulkEdit, ids: Sequence[int]) -> Outcome:
    evidence = consent.Evidence(
        ConsentEntry.Source.MEMBER, {"bulk_edit": edit.pk}, actor=edit.created_by
    )
    found = Contact.objects.filter(pk__in=ids, workspace=edit.workspace_id).order_by("pk")
    return Outcome(sum(consent.refuse(contact, evidence) for contact in found))


def _erase(edit: BulkEdit, ids: Sequence[int]) -> Outcome:
    mine = Contact.objects.filter(pk__in=ids, workspace=edit.workspace_id)
    found = list(mine.order_by("pk").values_list("pk", flat=True))
    _eraser[0](found)
    return Outcome(len(found))


def _set_field(edit: BulkEdit, ids: Sequence[int]) -> Outcome:
    statement = fields.statement(edit)
    if statement is None:
        return Outcome(0, {"gone": len(ids)})
    return Outcome(statements.number(statement, _values(edit, ids) | fields.values(edit)))


def _restore_field(edit: BulkEdit, ids: Sequence[int]) -> Outcome:
    statement = fields.restoring(edit)
    if statement is None:
        return Outcome(0)
    return Outcome(statements.number(statement, _values(edit, ids) | fields.values(edit)))


def _values(edit: BulkEdit, ids: Sequence[int]) -> dict[str, Any]:
    return {
        "edit": edit.pk,
        "workspace": edit.workspace_id,
        "actor": edit.created_by_id,
        "ids": list(ids),
        "chosen_at": edit.created_at,
        "tags": edit.values.get("tags", []),
        "list": edit.values.get("list"),
        "lists": people.lists(edit),
        "evidence": json.dumps(edit.values.get("evidence", {})),
        "basis": edit.values.get("basis"),
        "basis_note": edit.values.get("basis_note", ""),
    }


_ACTION = BulkEdit.Action
DO: Mapping[str, Act] = {
    _ACTION.SET_FIELD: _set_field,
    _ACTION.ADD_TAGS: _statement(sql.TAG),
    _ACTION.REMOVE_TAGS: _statement(sql.UNTAG),
    _ACTION.SUBSCRIBE: _subscribe,
    _ACTION.UNSUBSCRIBE: _statement(sql.UNSUBSCRIBE),
    _ACTION.SUPPRESS: _statement(sql.SUPPRESS),
    _ACTION.STOP_MEASURING: _stop_measuring,
    _ACTION.ERASE: _erase,
}
# Who is erased is gone, and measuring is only theirs to allow again: no way back from these.
UNDO: Mapping[str, Act] = {
    _ACTION.SET_FIELD: _restore_field,
    _ACTION.ADD_TAGS: _statement(sql.UNDO_TAG),
    _ACTION.REMOVE_TAGS: _statement(sql.UNDO_UNTAG),
    _ACTION.SUBSCRIBE: _statement(sql.UNDO_SUBSCRIBE),
    _ACTION.UNSUBSCRIBE: _statement(sql.UNDO_UNSUBSCRIBE),
    _ACTION.SUPPRESS: _statement(sql.UNDO_SUPPRESS),
}
