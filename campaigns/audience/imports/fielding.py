"""The workspace's own fields that an import fills, and makes where they are new."""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from campaigns.audience.imports import columns, further, staging
from campaigns.audience.models import Field, Import


def kinds(one: Import) -> dict[str, further.Kind]:
    """Return what the values of fields are: those that are there, and those the import makes."""
    new = {key: further.Kind(kind) for key, kind in one.kinds.items()}
    known = Field.objects.filter(workspace=one.workspace_id)
    return new | {field.key: further.Kind(field.kind, field.choices) for field in known}


def make(one: Import) -> None:
    """Make the fields that the import's columns become, before its staged rows go."""
    labels = {
        target.removeprefix(columns.FIELD): _label(one, int(number), target)
        for number, target in one.mapping.items()
        if target.startswith(columns.FIELD)
    }
    if columns.JSON in one.mapping.values():
        labels = {key: key.replace("_", " ").capitalize() for key in _staged_keys(one)} | labels
    # A file that fills a deleted field takes it back: what it brings would go otherwise.
    gone = Field.objects.leaving().filter(workspace=one.workspace_id, key__in=labels)
    gone.update(leaving_since=None)
    Field.objects.bulk_create(
        (
            Field(
                workspace_id=one.workspace_id,
                key=key,
                label=label,
                kind=one.kinds.get(key, Field.Kind.TEXT),
            )
            for key, label in labels.items()
        ),
        ignore_conflicts=True,
    )


def _label(one: Import, number: int, target: str) -> str:
    return one.names[number] if number < len(one.names) else target


def _staged_keys(one: Import) -> list[str]:
    table = sql.Identifier(staging.table(one.pk))
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT DISTINCT jsonb_object_keys(fields) FROM {} ORDER BY 1")
        cursor.execute(statement.format(table))
        return [row[0] for row in cursor.fetchall()]
