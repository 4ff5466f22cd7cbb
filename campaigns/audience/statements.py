"""Run SQL of our own: statements over whole sets, all with the same values."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet


def run(statement: str, values: Mapping[str, Any]) -> int:
    """Run `statement`, and return how many rows it was about."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def number(statement: str, values: Mapping[str, Any]) -> int:
    """Return the number that `statement` asks for."""
    return int(value(statement, values))


def value(statement: str, values: Mapping[str, Any]) -> Any:
    """Return the one value that `statement` asks for."""
    return row(statement, values)[0]


def row(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the one row that `statement` asks for."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def column(statement: str, values: Mapping[str, Any]) -> list[Any]:
    """Return the first value of each row that `statement` asks for."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [found[0] for found in cursor.fetchall()]


def of(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    """Return what asks for `rows`, with its values, to stand within another statement.

    Also where there can be none, as of a segment that asks for what is gone: Django's own way
    raises there.
    """
    sql, values = rows.query.get_compiler(rows.db, elide_empty=False).as_sql()
    return str(sql), list(values)


def some(query: QuerySet[Any, Any], most: int) -> list[Any]:
    """Return the one value of up to `most` rows of `query`, whichever come first.

    The planner is not told how few they are: it would go through a whole table in the hope of
    meeting them soon, and where there are none, to its end.
    """
    sql, values = of(query)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT (SELECT %s)", [*values, most])
        return [found for (found,) in cursor.fetchall()]
