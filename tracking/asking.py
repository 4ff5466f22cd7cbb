"""Ask the database for many rows with times in them.

Django turns each time from text into one of its own in Python, which takes longer than all
the rest of a row. PostgreSQL's own form is read in C.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection


def rows(sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Return the rows that a question has, their times in UTC.

    Values are bound by the server, so that each needs a type: `%s::bigint[]`.
    """
    return ask(sql, values)()


def ask(sql: str, values: Sequence[object]) -> Callable[[], list[tuple[Any, ...]]]:
    """Put the question, and return what waits for its rows and returns them, once.

    In `upserts.without_waiting` there is time for something else until then.
    """
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    with connection.wrap_database_errors:
        cursor.execute(sql, values, binary=True)

    def answer() -> list[tuple[Any, ...]]:
        with connection.wrap_database_errors, cursor:
            return cursor.fetchall()

    return answer
