"""Rows of an import on their way: an unlogged table of their own, which nobody else sees.

A table per import is dropped in the transaction that ends it, so there is nothing to
clean. After a crash of PostgreSQL it is empty, which `count` shows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from campaigns.audience.imports.checking import Person
from campaigns.audience.imports.repeating import Repeats
from campaigns.audience.imports.sifting import Sure

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
    # Whether a row before may have the address.
    ("again", "boolean"),
    # Why they are mailed, for the ledger.
    ("evidence", "jsonb"),
)
# In their order; an update of the product may find the table of an import on its way.
_COLUMNS = """
SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
_LINE, _KEY, _PROOF = map(Person._fields.index, ("line", "email_key", "proof"))

# What COPY reads as something else than itself.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Beside(NamedTuple):
    """What is staged beside people: whether one may be there again, and the evidence of a line."""

    repeats: Repeats
    tell: Callable[[str, str], str]


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
        # Few, of whom merging asks by themselves.
        cursor.execute(
            sql.SQL("CREATE INDEX ON {} (line) WHERE again").format(_identifier(import_id))
        )


def copy(
    import_id: int, lots: Iterable[tuple[Sequence[Sure], Sequence[Person]]], beside: Beside
) -> int:
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
                again = beside.repeats.look(row[_KEY] for row in sure)
                lines = (
                    "\t".join((*row, maybe, beside.tell(row[_LINE], row[_PROOF])))
                    for row, maybe in zip(sure, again, strict=True)
                )
                rows.write("\n".join(lines).replace("\\", "\\\\") + "\n")
            if checked:
                again = beside.repeats.look(person.email_key for person in checked)
                told = (beside.tell(str(person.line), person.proof) for person in checked)
                rows.write("".join(map(_line, checked, again, told)))
    return number


def is_there(import_id: int) -> bool:
    """Whether there is a table, and none of before an update."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [table(import_id)])
        return bool(cursor.fetchone()[0] == [name for name, _kind in _TYPES])


def count(import_id: int) -> int | None:
    """Return how many rows are staged, or None when there is no table, or one of before."""
    if not is_there(import_id):
        return None
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(_identifier(import_id)))
        return int(cursor.fetchone()[0])


def drop(import_id: int) -> None:
    """Remove the table, if it is there."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(_identifier(import_id)))


def _line(person: Person, again: str, told: str) -> str:
    values = (
        f"\\\\x{value.hex()}" if isinstance(value, bytes) else str(value).translate(_ESCAPES)
        for value in person
    )
    return "\t".join([*values, again, told.translate(_ESCAPES)]) + "\n"


def _identifier(import_id: int) -> sql.Identifier:
    return sql.Identifier(table(import_id))
