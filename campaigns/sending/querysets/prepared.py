"""Statements that are asked hundreds of times a second: planned once for a connection.

Django puts values into the text of a statement, so that the server parses and plans it
each time anew; for the two moves of the ledger that is more work than the moves themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection


def fetch(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement of ours, and return its rows.

    Like every prepared statement it belongs to its session, as do the locks by which workers
    show that they live: no pooler may come between (see `docs/scale.md`).
    """
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = 0
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(sql.encode(), values, prepare=True)
        return cursor.fetchall()
