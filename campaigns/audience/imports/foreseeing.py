"""What an import that was tried would change of contacts who are here: some of them, in words.

Asked of its staged rows, which wait for the member's word, by the rule that will change them;
nothing of it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.audience import fields, typed_values
from campaigns.audience.imports import columns, overwriting, staging
from campaigns.audience.models import Contact, Field, Import

MOST = 10
# Of a long file so many lines are looked at: a page waits for it.
LINES = 20_000
# Some of those found must not be mailed, whom imports leave alone.
_SPARE = 20

_SOME = """
SELECT contact.id, {before}, {after}
FROM (SELECT *, false AS former FROM {staged} WHERE NOT again LIMIT {lines}) AS gathered
JOIN audience_contact AS contact
    ON contact.workspace_id = %(workspace)s AND contact.email_key = gathered.email_key
WHERE coalesce(nullif(gathered.standing, ''), %(everybody)s) IN ('', 'unsubscribed')
    AND ({changes})
ORDER BY gathered.line LIMIT {most}
"""


@dataclass(frozen=True)
class Change:
    """A value of a contact, as people read it, now and afterwards."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Changed:
    """A contact, and what would change of them."""

    contact: Contact
    changes: list[Change]


def some(one: Import) -> list[Changed]:
    """Return up to `MOST` contacts who would change; none where the import was not just tried."""
    is_tried = one.status == Import.Status.REHEARSED and one.contacts_updated
    if not is_tried or not staging.is_there(one.pk):
        return []
    found = {pk: values for pk, *values in _rows(one)}
    known = Contact.objects.filter(workspace=one.workspace_id, pk__in=found).unsuppressed()
    people = known.in_bulk()
    labels = _labels(one)
    return [
        Changed(people[pk], list(_changes(before, after, labels)))
        for pk, (before, after) in found.items()
        if pk in people
    ][:MOST]


def _rows(one: Import) -> list[tuple[Any, ...]]:
    better = overwriting.better(one.known)
    pairs = [
        ", ".join(f"'{name}', {value}" for name, value in side.items())
        for side in ({name: f"contact.{name}" for name in better}, better)
    ]
    statement = _SOME.format(
        before=f"jsonb_build_object({pairs[0]})",
        after=f"jsonb_build_object({pairs[1]})",
        staged=staging.table(one.pk),
        lines=LINES,
        changes=overwriting.changes(one),
        most=MOST + _SPARE,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"workspace": one.workspace_id, "everybody": one.everybody})
        return [(pk, json.loads(before), json.loads(after)) for pk, before, after in cursor]


def _changes(
    before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str | Field]
) -> Iterator[Change]:
    was, is_now = _flat(before), _flat(after)
    # As the mapping page has them; the database sorts the names of values in its own way.
    places = {name: place for place, name in enumerate(labels)}
    for name in sorted(is_now, key=lambda name: places.get(name, len(places))):
        if was.get(name) != (value := is_now[name]):
            label = labels.get(name, name)
            yield Change(str(label), _shown(label, was.get(name)), _shown(label, value))


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    own = {columns.FIELD + key: value for key, value in values["fields"].items()}
    return {name: value for name, value in values.items() if name != "fields"} | own


def _labels(one: Import) -> dict[str, str | Field]:
    """Return what values are called; a field that the import makes has its column's name."""
    labels: dict[str, str | Field] = {name: str(label) for name, label in columns.TARGETS}
    for number, target in one.mapping.items():
        if columns.is_field(target) and int(number) < len(one.names):
            labels[target] = one.names[int(number)]
    return labels | {columns.FIELD + field.key: field for field in fields.of(one.workspace_id)}


def _shown(label: str | Field, value: Any) -> str:
    return fields.shown(label, value) if isinstance(label, Field) else typed_values.written(value)
