"""Undo a whole import: people are as before, and whom it brought is removed again.

An import's rows all carry the moment when they appeared, so nothing else had to be noted but
what it overwrote. Works in steps that each commit with how far they came: a `kill -9` costs
the step, and a second worker finds the row locked and does nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.audience import holding, statements
from campaigns.audience.imports import mail_by_file
from campaigns.audience.models import Contact, Import, ImportBefore
from tracking import muting

# Which of these contacts must stay, because something has happened to them.
Keeper = Callable[[Sequence[int]], Collection[int]]

KEPT = timedelta(days=90)
STEP = 2_000

_keepers: list[Keeper] = []

_RESTORE = """
WITH held AS MATERIALIZED (
    SELECT contact.id FROM audience_contact AS contact
    WHERE contact.id IN (
        SELECT contact_id FROM audience_importbefore
        WHERE of_id = %(import)s ORDER BY contact_id LIMIT %(step)s
    ) ORDER BY contact.id FOR NO KEY UPDATE
), before AS (
    DELETE FROM audience_importbefore WHERE of_id = %(import)s AND contact_id IN (
        SELECT contact_id FROM audience_importbefore
        WHERE of_id = %(import)s ORDER BY contact_id LIMIT %(step)s
    ) RETURNING contact_id, values
), restored AS (
    UPDATE audience_contact AS contact SET
        first_name = before.values->>'first_name', last_name = before.values->>'last_name',
        language = before.values->>'language', country = before.values->>'country',
        time_zone = before.values->>'time_zone', fields = before.values->'fields',
        updated_at = now()
    FROM before JOIN held ON held.id = before.contact_id
    WHERE contact.id = before.contact_id AND contact.workspace_id = %(workspace)s
        AND contact.updated_at = %(at)s
    RETURNING 1
)
SELECT (SELECT count(*) FROM before), (SELECT count(*) FROM restored)
"""

# In this order: each knows the import's rows by its moment, and nobody else's.
_TAKE_BACK = (
    mail_by_file.TAKE_BACK,
    mail_by_file.PUT_BACK,
    """DELETE FROM audience_subscription WHERE list_id = %(list)s AND subscribed_at = %(at)s
        AND (unsubscribed_at IS NULL OR unsubscribed_at = %(at)s)""",
    """UPDATE audience_subscription SET status = 'subscribed', unsubscribed_at = NULL
        WHERE list_id = %(list)s AND unsubscribed_at = %(at)s""",
    """DELETE FROM audience_unsubscription
        WHERE list_id = %(list)s AND source = 'import' AND at = %(at)s""",
    """DELETE FROM audience_suppression WHERE workspace_id = %(workspace)s AND at = %(at)s
        AND reason IN ('hard_bounce', 'complaint', 'manual')""",
    "DELETE FROM audience_tagging WHERE workspace_id = %(workspace)s AND at = %(at)s",
    """DELETE FROM audience_tag WHERE workspace_id = %(workspace)s AND created_at = %(at)s
        AND NOT EXISTS (SELECT 1 FROM audience_tagging WHERE tag_id = audience_tag.id)""",
)

# Nothing has happened to them: no change, no list, no tag, no answer, nothing they left.
_UNTOUCHED = """
SELECT contact.id FROM audience_contact AS contact
WHERE contact.id = ANY(%(ids)s) AND contact.updated_at = %(at)s
    AND contact.consent_epoch = 0
    AND NOT EXISTS (SELECT 1 FROM audience_subscription AS row WHERE row.contact_id = contact.id)
    AND NOT EXISTS (SELECT 1 FROM audience_tagging AS row WHERE row.contact_id = contact.id)
    AND NOT EXISTS (SELECT 1 FROM audience_unsubscription AS row WHERE row.contact_id = contact.id)
    AND NOT EXISTS (
        SELECT 1 FROM audience_consententry AS row
        WHERE row.contact_id = contact.id AND row.at <> %(at)s
            AND NOT (row.purpose = 'mail' AND row.source = 'import')
    )
"""

_ANSWERS = """
SELECT count(*) FROM audience_consententry AS entry
JOIN audience_contact AS contact ON contact.id = entry.contact_id
WHERE contact.workspace_id = %(workspace)s AND entry.workspace_id = %(workspace)s
    AND entry.source = 'import' AND entry.at = %(at)s AND entry.purpose <> 'mail'
"""


def register_keeper(keeper: Keeper) -> None:
    """Let a higher room say which contacts must stay."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def can_undo(one: Import) -> bool:
    """Whether the import is done, and not so long ago that what it overwrote is gone."""
    if one.status != Import.Status.DONE or one.merged_at is None:
        return False
    return one.merged_at > timezone.now() - KEPT


def start(one: Import) -> bool:
    """Begin to undo; say whether this call was the one."""
    if not can_undo(one):
        return False
    done = Import.objects.filter(pk=one.pk, status=Import.Status.DONE)
    return done.update(status=Import.Status.UNDOING, undone={}) == 1


def run(import_id: int) -> None:
    """Undo to the end. Does nothing for an import that is not being undone."""
    for step in (_restore, _take_back, _remove):
        while _in_step(import_id, step):
            pass


def resume(ring: Callable[[int], object]) -> int:
    """Ring for each import whose undoing is not over; return how many. For the beat."""
    ids = list(Import.objects.filter(status=Import.Status.UNDOING).values_list("pk", flat=True))
    for import_id in ids:
        ring(import_id)
    return len(ids)


def _in_step(import_id: int, step: Callable[[Import], bool]) -> bool:
    with transaction.atomic():
        mine = Import.objects.select_for_update(skip_locked=True)
        one = mine.filter(pk=import_id, status=Import.Status.UNDOING).first()
        return one is not None and step(one)


def _restore(one: Import) -> bool:
    """Give a part of the changed people back what they had; say whether there may be more."""
    changed, restored = statements.row(_RESTORE, _values(one) | {"step": STEP})
    _count(one, restored=restored, changed_since=changed - restored)
    return bool(changed)


def _take_back(one: Import) -> bool:
    holding.imported(_values(one))
    for statement in _TAKE_BACK:
        statements.run(statement, _values(one))
    return False


def _remove(one: Import) -> bool:
    """Remove a part of the people whom it brought; end when there are no more."""
    brought = Contact.objects.filter(workspace=one.workspace_id, created_at=_moment(one))
    after = one.undone.get("after", 0)
    ids = list(brought.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:STEP])
    if not ids:
        _end(one)
        return False
    # Whoever is joining a list, or writes of them otherwise, is waited for and then seen.
    Contact.objects.filter(pk__in=ids).hold()
    gone = _untouched(one, ids)
    Contact.objects.filter(pk__in=gone).delete()
    muting.forget(gone)
    one.undone["after"] = ids[-1]
    _count(one, removed=len(gone), stayed=len(ids) - len(gone))
    return True


def _untouched(one: Import, ids: Sequence[int]) -> list[int]:
    kept = set(itertools.chain.from_iterable(keeper(ids) for keeper in _keepers))
    untouched = statements.column(_UNTOUCHED, _values(one) | {"ids": ids})
    return [pk for pk in untouched if pk not in kept]


def _end(one: Import) -> None:
    one.undone.pop("after", None)
    _count(one, removed=0, restored=0, answers=statements.number(_ANSWERS, _values(one)))
    ImportBefore.objects.filter(of=one).delete()
    Import.objects.filter(pk=one.pk).update(status=Import.Status.UNDONE)


def _count(one: Import, **more: int) -> None:
    for name, number in more.items():
        one.undone[name] = one.undone.get(name, 0) + number
    one.save(update_fields=["undone"])


def _moment(one: Import) -> datetime:
    if one.merged_at is None:
        raise ValueError("nothing of this import has appeared")
    return one.merged_at


def _values(one: Import) -> dict[str, object]:
    return {
        "import": one.pk,
        "workspace": one.workspace_id,
        "list": one.list_id,
        "at": _moment(one),
    }
