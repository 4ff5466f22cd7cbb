"""Delete lists: at once from every page, and behind it, in steps, from the people on them.

What hangs on a list goes first, so that nobody joins it or is mailed by it any more. Its people
leave it in steps that each commit, with a line of the ledger: a `kill -9` costs the step that it
hit, and a second worker finds the row locked and does nothing. Knows nothing of Celery.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.db.models import CASCADE, ManyToOneRel
from django.utils import timezone

from campaigns.accounts.models import User
from campaigns.audience import statements
from campaigns.audience.imports import importing, tidying
from campaigns.audience.models import Import, List, Subscription

STEP = 5_000
# So few that nobody has to wait for a worker.
AT_ONCE = STEP
# Those may be a million rows: they go in steps, or at the end.
_LATER = (Subscription, Import)

# Mail of the list ends for who was on it, and the ledger says why.
_LEAVE = """
WITH chosen AS MATERIALIZED (
    SELECT id, contact_id FROM audience_subscription
    WHERE list_id = %(list)s AND contact_id > %(after)s ORDER BY contact_id LIMIT %(step)s
), held AS MATERIALIZED (
    SELECT contact.id FROM audience_contact AS contact
    JOIN chosen ON chosen.contact_id = contact.id
    ORDER BY contact.id FOR NO KEY UPDATE OF contact
), ended AS MATERIALIZED (
    DELETE FROM audience_subscription AS row USING held JOIN chosen ON chosen.contact_id = held.id
    WHERE row.id = chosen.id
    RETURNING row.workspace_id, row.contact_id, row.list_id, row.status
), said AS (
    INSERT INTO audience_consententry (
        workspace_id, contact_id, purpose, state, source, evidence, at, actor_id
    )
    SELECT workspace_id, contact_id, 'mail', 'withdrawn', 'member', jsonb_build_object(
            'list', list_id, 'name', %(name)s::text, 'deleted', true
        ), now(), (SELECT id FROM accounts_user WHERE id = %(actor)s FOR KEY SHARE)
    FROM ended WHERE status = 'subscribed'
)
SELECT count(*), max(contact_id) FROM ended
"""


def start(one: List, by: User) -> bool:
    """Begin to delete a list; say whether this call was the one. The people stay contacts."""
    with transaction.atomic():
        leaving = {"people": one.subscriptions.count(), "done": 0, "after": 0}
        begun = List.objects.filter(pk=one.pk).update(
            leaving_since=timezone.now(), leaving_by=by, leaving=leaving
        )
        if begun:
            _let_go(one)
    for unfinished in one.imports.unfinished() if begun else ():
        importing.cancel(unfinished)
    return begun == 1


def run(list_id: int) -> None:
    """Go on with deleting a list, to the end. Does nothing for one that is not being deleted."""
    while _step(list_id):
        pass


def resume(ring: Callable[[int], object]) -> int:
    """Ring for each list whose deleting is not over; return how many. For the beat."""
    ids = list(List.everything.leaving().values_list("pk", flat=True))
    for list_id in ids:
        ring(list_id)
    return len(ids)


def _let_go(one: List) -> None:
    """Delete what other rooms and this one keep of the list: forms, days, campaigns' choices."""
    for relation in List._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.on_delete is CASCADE:
            model = relation.related_model
            if model not in _LATER:
                model._base_manager.filter(**{relation.field.name: one}).delete()


def _step(list_id: int) -> bool:
    """Do the next part; say whether there may be more."""
    with transaction.atomic():
        free = List.everything.leaving().select_for_update(skip_locked=True, no_key=True)
        one = free.filter(pk=list_id).first()
        if one is None:
            return False
        values = {"list": one.pk, "name": one.name, "actor": one.leaving_by_id, "step": STEP}
        left, last = statements.row(_LEAVE, values | {"after": one.leaving["after"]})
        if not left:
            return _end(one)
        one.leaving["done"] += left
        one.leaving["after"] = last
        one.save(update_fields=["leaving"])
    return True


def _end(one: List) -> bool:
    # Whoever is being put on it waits for us, and then finds it gone.
    List.everything.select_for_update().get(pk=one.pk)
    if one.subscriptions.exists():
        one.leaving["after"] = 0
        one.save(update_fields=["leaving"])
        return True
    # Files first: whoever dies here is followed by another.
    for gone in one.imports.exclude(file=""):
        tidying.delete_upload(gone)
    one.delete()
    return False
