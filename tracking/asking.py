"""Ask the database for many rows with times in them.

Django turns each time from text into one of its own in Python, which takes longer than all
the rest of a row. PostgreSQL's own form is read in C.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def rows(sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Return the rows that a question has, their times in UTC.

    Values are bound by the server, so that each needs a type: `%s::bigint[]`.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, values, binary=True)
        return cursor.fetchall()
