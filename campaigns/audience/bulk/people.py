"""Whom a bulk edit is about: fixed when they are chosen, so that what is confirmed is what happens.

A filter would find others a moment later, and a list that is deleted meanwhile would make
"those on it" everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from campaigns.accounts.models import User, Workspace
from campaigns.audience import statements
from campaigns.audience.models import BulkEdit, BulkEditPerson, Contact
from campaigns.audience.querysets import ContactQuerySet

_FIX = """
INSERT INTO audience_bulkeditperson (of_id, contact_id)
SELECT %s, found.id FROM ({people}) AS found (id) ORDER BY found.id
"""


@transaction.atomic
def choose(workspace: Workspace, by: User | None, people: ContactQuerySet) -> BulkEdit:
    """Begin a bulk edit of these people of the workspace; what changes is chosen later."""
    edit = BulkEdit.objects.create(workspace=workspace, created_by=by)
    mine = people.filter(workspace=workspace).order_by().values("pk")
    statement, given = statements.of(mine)
    with connection.cursor() as cursor:
        cursor.execute(_FIX.format(people=statement), [edit.pk, *given])
        edit.people = cursor.rowcount
    edit.save(update_fields=["people"])
    return edit


def of(edit: BulkEdit) -> ContactQuerySet:
    """Return the people of a bulk edit who are there still."""
    chosen = BulkEditPerson.objects.filter(of=edit, contact_id=OuterRef("pk"))
    return Contact.objects.filter(Exists(chosen), workspace=edit.workspace_id)


def lists(edit: BulkEdit) -> list[int]:
    """Return the lists that a bulk edit is about: one that was chosen, or all of a mail."""
    return [int(pk) for pk in edit.values.get("lists", [edit.values.get("list")]) if pk]


def some(edit: BulkEdit, most: int) -> Sequence[int]:
    """Return the ids of the next people, behind those who had their turn."""
    rows = BulkEditPerson.objects.filter(of=edit, contact_id__gt=edit.after)
    return list(rows.order_by("contact_id").values_list("contact_id", flat=True)[:most])
