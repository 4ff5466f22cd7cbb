"""Look for a text in every table there is."""

from __future__ import annotations

from django.db import connection

# Any column, bytes included, as text: PostgreSQL shows bytes as hexadecimal digits.
HOLDS = """
SELECT count(*) FROM {table} t
 WHERE strpos(lower(t::text), %(text)s) > 0 OR strpos(lower(t::text), %(hex)s) > 0
"""


def places(text: str) -> dict[str, int]:
    """Every table of the database with rows that hold `text`, in whatever column."""
    values = {"text": text.lower(), "hex": text.encode().hex()}
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(HOLDS.format(table=table), values)
            if count := cursor.fetchone()[0]:
                found[table] = count
    return found
