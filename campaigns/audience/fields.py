"""A workspace's own fields: in their order, made, moved, and shown of one person."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.audience import field_querysets, typed_values
from campaigns.audience.imports import columns
from campaigns.audience.models import Contact, Field

# More would be a table of its own, and no page could show them.
MOST = 100
# Contacts that lose a deleted field in one transaction.
BATCH = 10_000
# So long a deleted field can be taken back.
KEPT = timedelta(days=30)


def of(workspace_id: int) -> list[Field]:
    """Return the workspace's fields, in the order that members gave them."""
    mine = Field.objects.staying().filter(workspace=workspace_id)
    return list(mine.order_by("position", "label", "pk"))


def listed(workspace_id: int) -> list[Field]:
    """Return those fields that the pages of contacts have columns for."""
    return [field for field in of(workspace_id) if field.is_listed]


def free_key(workspace_id: int, label: str) -> str:
    """Return the key for a new field of this label, one that no field has."""
    taken = set(Field.objects.filter(workspace=workspace_id).values_list("key", flat=True))
    wanted = columns.field_key(label, len(taken))
    if wanted not in taken:
        return wanted
    numbered = (f"{wanted[: columns.MAX_KEY - 4]}_{number}" for number in range(2, MOST + 3))
    return next(key for key in numbered if key not in taken)


@transaction.atomic
def move(field: Field, *, up: bool) -> None:
    """Put a field one place up or down; the first and the last one stay where they are."""
    rows = Field.objects.staying().select_for_update().filter(workspace=field.workspace_id)
    order = list(rows.order_by("position", "label", "pk"))
    place = order.index(field)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for number, one in enumerate(order, 1):
        one.position = number
    Field.objects.bulk_update(order, ["position"])


def deleted(workspace_id: int) -> list[Field]:
    """Return the fields that were deleted and can be taken back, the latest first."""
    gone = Field.objects.leaving().filter(workspace=workspace_id)
    return list(gone.filter(leaving_since__gt=timezone.now() - KEPT).order_by("-leaving_since"))


def leave(field: Field) -> bool:
    """Delete a field; say whether this call was the one. For a while it can come back."""
    mine = Field.objects.staying().filter(pk=field.pk)
    return mine.update(leaving_since=timezone.now(), is_listed=False) == 1


def come_back(field: Field) -> bool:
    """Take back that a field was deleted, values and all; say whether this call was the one."""
    gone = Field.objects.leaving().filter(pk=field.pk, leaving_since__gt=timezone.now() - KEPT)
    return gone.update(leaving_since=None) == 1


def let_go(field: Field) -> bool:
    """Let a deleted field go now, not in a while; say whether there was one."""
    gone = Field.objects.leaving().filter(pk=field.pk)
    return gone.update(leaving_since=timezone.now() - KEPT) == 1


def strip(field: Field) -> bool:
    """Take a field that leaves from a batch of contacts; say whether nobody has it any more.

    Batches, so that no contact is locked for long; whoever stops here is followed by the tidier.
    """
    if field_querysets.strip(field.workspace_id, field.key, most=BATCH) == BATCH:
        return False
    Field.objects.leaving().filter(pk=field.pk).delete()
    return True


def strip_leaving() -> None:
    """Take all fields from everybody that were deleted a while ago."""
    for field in Field.objects.leaving().filter(leaving_since__lte=timezone.now() - KEPT):
        while not strip(field):
            pass


def facts(contact: Contact, fields: list[Field]) -> list[tuple[str, str]]:
    """Return label and value of each field, as people read them."""
    return [(field.label, shown(field, contact.fields.get(field.key))) for field in fields]


def shown(field: Field, value: object) -> str:
    """Return a value as people read it; what does not fit the field's kind as it is."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.kind == Field.Kind.DATE and typed_values.fits("date", value):
        return date_format(date.fromisoformat(str(value)), "j M Y")
    return typed_values.written(value)
