"""Rows of an import on their way: an unlogged table of their own, which nobody else sees.

A table per import is dropped in the transaction that ends it, so there is nothing to
clean. After a crash of PostgreSQL it is empty, which `count` shows.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from psycopg import sql

from campaigns.audience.checking import Person
from campaigns.audience.sifting import Sure

_TYPES = (
    ("line", "integer"),
    ("email", "text"),
    ("email_key", "text"),
    ("fingerprint", "bytea"),
    ("first_name", "text"),
    ("last_name", "text"),
    ("language", "text"),
    ("country", "text"),
    ("time_zone", "text"),
    ("fields", "jsonb"),
    ("said", "text"),
    ("standing", "text"),
    ("tags", "jsonb"),
    ("proof", "text"),
)

# What COPY reads as something else than itself.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def table(import_id: int) -> str:
    """Return the name of the import's staging table."""
    return f"audience_staged_{int(import_id)}"


def create(import_id: int) -> None:
    """Make the table, empty, whatever was there."""
    columns = sql.SQL(", ").join(
        sql.SQL("{} {} NOT NULL").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in _TYPES
    )
    with connection.cursor() as cursor:
        drop(import_id)
        cursor.execute(
            sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(_identifier(import_id), columns)
        )


def copy(import_id: int, lots: Iterable[tuple[Sequence[Sure], Sequence[Person]]]) -> int:
    """Add the people of all lots to the table, and return how many they were.

    Each lot is those beyond doubt, and those who were looked at. The database stores one
    while the next is read.
    """
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _kind in _TYPES)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(_identifier(import_id), names)
    number = 0
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for sure, checked in lots:
            number += len(sure) + len(checked)
            if sure:
                text = "\n".join(map("\t".join, sure))
                rows.write(text.replace("\\", "\\\\") + "\n")
            if checked:
                rows.write("".join(map(_line, checked)))
    return number


def count(import_id: int) -> int | None:
    """Return how many rows are staged, or None when there is no table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [table(import_id)])
        if cursor.fetchone()[0] is None:
            return None
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(_identifier(import_id)))
        return int(cursor.fetchone()[0])


def drop(import_id: int) -> None:
    """Remove the table, if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_identifier(import_id)))


def _line(person: Person) -> str:
    values = (
        f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value).translate(_ESCAPES)
        for value in person
    )
    return "\t".join(values) + "\n"


def _identifier(import_id: int) -> sql.Identifier:
    return sql.Identifier(table(import_id))
