"""A person as a program states them: checked as forms and imports do, and never against their word.

Who must not be mailed is left alone entirely, as by imports.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.accounts.forms.fields import is_single_line
from campaigns.accounts.models import User
from campaigns.audience import (
    addresses,
    changing,
    fields,
    people,
    subscribing,
    suppression,
    typed_values,
    vocabulary,
)
from campaigns.audience.imports import checking
from campaigns.audience.models import Contact, Field, Import

_UNDERSTAND: Mapping[str, Callable[[str], str | None]] = {
    "language": vocabulary.language,
    "country": vocabulary.country,
    "time_zone": vocabulary.time_zone,
}


class StatingError(Exception):
    """A value cannot be kept; `name` says which, and the message why."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name


@dataclass(frozen=True)
class Stated:
    """What is said of a person. Nothing is said of what is left out; empty takes away."""

    texts: Mapping[str, str] = field(default_factory=dict)
    # Of the workspace's own fields, by key; None takes away.
    fields: Mapping[str, typed_values.Value | None] = field(default_factory=dict)


@transaction.atomic
def add(
    workspace_id: int, email: str, said: Stated, *, known: str, by: User
) -> tuple[Contact, bool]:
    """Return the contact of an address, made if need be, and whether it was.

    `known` says what becomes of one who is here already, in the words of imports. Raises
    `StatingError`, and `SubscribingError` where the address must not be mailed.
    """
    clean = checked(workspace_id, said)
    try:
        kept = addresses.check(email)
    except addresses.AddressError as error:
        raise StatingError("email", str(error)) from error
    if suppression.find(workspace_id, kept):
        raise subscribing.SubscribingError(
            _("This address must not be mailed. Nothing was added or changed.")
        )
    former = people.by_address(workspace_id, kept)
    key = addresses.key(kept)
    if former is not None and former.email_key != key:
        # As in imports: what a member chose when two became one stays.
        fills = Import.Known.SKIP if known == Import.Known.SKIP else Import.Known.FILL
        change(former, _of_known(former, clean, fills), by=by)
        return former, False
    contact, made = Contact.objects.get_or_create(
        workspace_id=workspace_id,
        email_key=key,
        defaults={
            "email": kept,
            "fingerprint": addresses.fingerprint(workspace_id, key),
            **{name: text for name, text in clean.texts.items() if text},
            "fields": _filled(clean),
        },
    )
    if not made:
        change(contact, _of_known(contact, clean, known), by=by)
    return contact, made


@transaction.atomic
def change(contact: Contact, said: Stated, *, by: User) -> bool:
    """Write down what is said of a contact, all or nothing; say whether anything is other now.

    Raises `StatingError`.
    """
    clean = checked(contact.workspace_id, said)
    # As it is now, whoever else changes it.
    found = Contact.objects.select_for_update().get(pk=contact.pk)
    before = changing.snapshot(found)
    for name, text in clean.texts.items():
        setattr(found, name, text)
    gone = {key for key, value in clean.fields.items() if value is None}
    merged = {**found.fields, **_filled(clean)}
    found.fields = {key: value for key, value in merged.items() if key not in gone}
    if changing.snapshot(found) == before:
        return False
    found.save(update_fields=[*clean.texts, "fields", "updated_at"])
    return changing.note_edit(found, before, by)


def checked(workspace_id: int, said: Stated) -> Stated:
    """Return what is said as it is kept. Raises `StatingError`."""
    own = {one.key: one for one in fields.of(workspace_id)} if said.fields else {}
    return Stated(
        {name: _text(name, text.strip()) for name, text in said.texts.items()},
        {key: _value(own, key, value) for key, value in said.fields.items()},
    )


def _text(name: str, text: str) -> str:
    if not is_single_line(text):
        raise StatingError(name, _("Write this on one line, without control characters."))
    if name not in _UNDERSTAND or not text:
        if len(text) > checking.MAX_NAME:
            raise StatingError(name, _("Write at most %d characters.") % checking.MAX_NAME)
        return text
    found = _UNDERSTAND[name](text)
    if found is None:
        raise StatingError(name, _("“%(text)s” is not known here.") % {"text": text[:40]})
    return found


def _value(
    own: Mapping[str, Field], key: str, value: typed_values.Value | None
) -> typed_values.Value | None:
    name = f"fields.{key[:40]}"
    if key not in own:
        raise StatingError(name, _("The workspace has no such field."))
    try:
        return typed_values.parse(
            own[key].kind, typed_values.written(value), own[key].choices, day_first=None
        )
    except typed_values.TypedValueError as error:
        raise StatingError(name, str(error)) from error


def _filled(said: Stated) -> dict[str, Any]:
    return {key: value for key, value in said.fields.items() if value is not None}


def _of_known(contact: Contact, said: Stated, known: str) -> Stated:
    """Return what is written of somebody who is here: what is empty changes nothing."""
    texts = {name: text for name, text in said.texts.items() if text}
    values = _filled(said)
    match known:
        case Import.Known.OVERWRITE:
            return Stated(texts, values)
        case Import.Known.FILL:
            return Stated(
                {name: text for name, text in texts.items() if not getattr(contact, name)},
                {key: value for key, value in values.items() if key not in contact.fields},
            )
    return Stated()
