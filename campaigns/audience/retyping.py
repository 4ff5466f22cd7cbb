"""Change the kind of a field: tell first which values fit, then turn those into the new kind.

What does not fit stays as it was written, shown as it is, until somebody changes it: nothing
is lost. What each value was stands in the contact's timeline. Works in steps that each commit;
a value that is turned already fits, so that whoever stops can be followed from the start.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from campaigns.accounts.models import User
from campaigns.audience import field_querysets, typed_values
from campaigns.audience.models import Contact, Field

STEP = 5_000
# So few that nobody has to wait for a worker.
AT_ONCE = 5_000
SHOWN = 20


@dataclass(frozen=True)
class Wanted:
    """What a field is to be."""

    kind: str
    choices: Sequence[str] = ()


@dataclass(frozen=True)
class Misfit:
    """A contact whose value is none of the kind, and why."""

    contact_id: int
    email: str
    value: str
    why: str


@dataclass(frozen=True)
class Trial:
    """How many values fit, how many do not, and some of those."""

    fits: int
    misfits: int
    some: Sequence[Misfit]


def trial(field: Field, wanted: Wanted) -> Trial:
    """Try all values, and change nothing."""
    people = Contact.objects.filter(workspace=field.workspace_id, fields__has_key=field.key)
    some: list[Misfit] = []
    missing = 0
    for misfit in misfits(field, wanted):
        missing += 1
        if len(some) < SHOWN:
            some.append(misfit)
    return Trial(people.count() - missing, missing, some)


def misfits(field: Field, wanted: Wanted) -> Iterator[Misfit]:
    """Yield everybody whose value does not fit, by the order of their ids."""
    people = Contact.objects.filter(workspace=field.workspace_id, fields__has_key=field.key)
    rows = people.order_by("pk").only("email", "fields")
    for contact in rows.iterator(chunk_size=2000):
        value = contact.fields[field.key]
        try:
            _turned(value, wanted)
        except typed_values.TypedValueError as error:
            yield Misfit(contact.pk, contact.email, typed_values.written(value), str(error))


def start(field: Field, wanted: Wanted, by: User | None) -> bool:
    """Give the field its new kind and begin to turn values; say whether this call was the one."""
    mine = Field.objects.staying().filter(pk=field.pk, kind=field.kind, is_retyping=False)
    return (
        mine.update(kind=wanted.kind, choices=list(wanted.choices), is_retyping=True, retyped_by=by)
        == 1
    )


def run(field_id: int) -> None:
    """Turn the values to the end. Does nothing for a field whose kind does not change."""
    after = 0
    while (last := _step(field_id, after)) is not None:
        after = last


def resume(ring: Callable[[int], object]) -> int:
    """Ring for each field whose values are not all turned; return how many. For the beat."""
    ids = list(Field.objects.filter(is_retyping=True).values_list("pk", flat=True))
    for field_id in ids:
        ring(field_id)
    return len(ids)


def _step(field_id: int, after: int) -> int | None:
    """Turn the next values; return where to go on, None at the end."""
    with transaction.atomic():
        rows = Field.objects.select_for_update(skip_locked=True)
        field = rows.filter(pk=field_id, is_retyping=True).first()
        if field is None:
            return None
        found = field_querysets.values(field.workspace_id, field.key, after=after, most=STEP)
        if not found:
            Field.objects.filter(pk=field_id).update(is_retyping=False)
            return None
        wanted = Wanted(field.kind, field.choices)
        field_querysets.turn(field, _news(found, wanted))
        return found[-1][0]


def _news(found: Sequence[tuple[int, object]], wanted: Wanted) -> dict[int, str]:
    news: dict[int, str] = {}
    for contact_id, value in found:
        try:
            turned = _turned(value, wanted)
        except typed_values.TypedValueError:
            continue
        if turned is not None and (turned != value or type(turned) is not type(value)):
            news[contact_id] = json.dumps(turned)
    return news


def _turned(value: object, wanted: Wanted) -> typed_values.Value | None:
    return typed_values.parse(wanted.kind, typed_values.written(value), wanted.choices)
