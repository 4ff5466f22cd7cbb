"""Set one field of many people: one that everybody has, or one of the workspace's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.audience import typed_values, vocabulary
from campaigns.audience.bulk import sql
from campaigns.audience.models import BulkEdit, Field

OWN = "field:"
MOST = 120


def _as_it_is(text: str) -> str | None:
    return text if len(text) <= MOST else None


PLAIN: Mapping[str, tuple[str | Promise, Callable[[str], str | None]]] = {
    "first_name": (_("First name"), _as_it_is),
    "last_name": (_("Last name"), _as_it_is),
    "language": (_("Language"), vocabulary.language),
    "country": (_("Country"), vocabulary.country),
    "time_zone": (_("Time zone"), vocabulary.time_zone),
}

# {now} is the field's value as JSON, {set} writes the value {new}.
_SET = """
WITH before AS MATERIALIZED (
    SELECT contact.id, {now} AS was FROM audience_contact AS contact
    WHERE contact.id = ANY(%(ids)s) AND contact.workspace_id = %(workspace)s
        AND {now} IS DISTINCT FROM %(value)s::jsonb
    ORDER BY contact.id FOR UPDATE
), news AS (
    UPDATE audience_contact AS contact SET {set}, updated_at = now()
    FROM before WHERE contact.id = before.id
    RETURNING contact.id AS contact_id,
        jsonb_build_object(%(field)s::text, jsonb_build_array(before.was, %(value)s::jsonb))
        AS details
)"""

# Who was changed again since stays as they are now.
_RESTORE = """
WITH done AS MATERIALIZED (
    SELECT contact_id, details->%(field)s->0 AS was, details->%(field)s->1 AS value
    FROM audience_change
    WHERE of_id = %(edit)s AND NOT takes_back AND contact_id = ANY(%(ids)s)
), news AS (
    UPDATE audience_contact AS contact SET {set}, updated_at = now()
    FROM done
    WHERE contact.id = done.contact_id AND contact.workspace_id = %(workspace)s
        AND {now} IS NOT DISTINCT FROM done.value
    RETURNING contact.id AS contact_id,
        jsonb_build_object(%(field)s::text, jsonb_build_array(done.value, done.was)) AS details
)"""

_OWN_NOW = "coalesce(contact.fields->%(key)s, 'null'::jsonb)"
_OWN_SET = """fields = CASE WHEN {new} = 'null'::jsonb THEN contact.fields - %(key)s
    ELSE contact.fields || jsonb_build_object(%(key)s::text, {new}) END"""


def names(workspace_id: int) -> list[tuple[str, str]]:
    """Return what can be set, by the name that a bulk edit keeps."""
    plain = [(name, str(label)) for name, (label, _read) in PLAIN.items()]
    mine = Field.objects.staying().filter(workspace=workspace_id)
    return plain + [
        (OWN + field.key, field.label) for field in mine.order_by("position", "label", "pk")
    ]


def read(workspace_id: int, name: str, text: str) -> typed_values.Value | None:
    """Return the value that `text` means for a field; nothing empties it.

    Raises `typed_values.TypedValueError`.
    """
    if name in PLAIN:
        found = PLAIN[name][1](text) if text else ""
        if found is None:
            raise typed_values.TypedValueError(
                gettext("“%(text)s” is not known here.") % {"text": text[:40]}
            )
        return found
    field = own(workspace_id, name)
    if field is None:
        raise typed_values.TypedValueError(gettext("This field is gone."))
    return typed_values.parse(field.kind, text, field.choices)


def own(workspace_id: int, name: str) -> Field | None:
    """Return the workspace's own field of this name, if it is there still."""
    mine = Field.objects.staying().filter(workspace=workspace_id)
    return mine.filter(key=name.removeprefix(OWN)).first()


def statement(edit: BulkEdit) -> str | None:
    """Return what sets the field; None if it is gone."""
    parts = _parts(edit, "%(value)s::jsonb")
    return _SET.format(**parts) + sql.telling("edited") if parts else None


def restoring(edit: BulkEdit) -> str | None:
    """Return what gives people back what they had; None if the field is gone."""
    parts = _parts(edit, "done.was")
    return _RESTORE.format(**parts) + sql.telling("edited", back=True) if parts else None


def values(edit: BulkEdit) -> dict[str, object]:
    """Return what the statements take beside the people."""
    name = str(edit.values["field"])
    value = json.dumps(edit.values["value"])
    return {"field": name, "key": name.removeprefix(OWN), "value": value}


def _parts(edit: BulkEdit, new: str) -> dict[str, str] | None:
    name = str(edit.values["field"])
    if name in PLAIN:
        # One of our own names, never what was typed.
        return {"now": f"to_jsonb(contact.{name}::text)", "set": f"{name} = ({new}) #>> '{{}}'"}
    if own(edit.workspace_id, name) is None:
        return None
    return {"now": _OWN_NOW, "set": _OWN_SET.format(new=new)}
