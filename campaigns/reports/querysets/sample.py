"""Set the clocks of sample data back: what was made just now happened long ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, models


def backdate(model: type[models.Model], column: str, moments: Mapping[int, datetime]) -> None:
    """Give rows of `model`, by id, another moment in `column`."""
    table = connection.ops.quote_name(model._meta.db_table)
    field = connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {field} = new.moment "  # noqa: S608 - names of our own models
            "FROM unnest(%s::bigint[], %s::timestamptz[]) AS new(id, moment) "
            f"WHERE {table}.id = new.id",
            (list(moments), list(moments.values())),
        )


def gather_statistics(*models_: type[models.Model]) -> None:
    """Let the planner know the new rows now: autovacuum sees them only after the commit."""
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models_)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
