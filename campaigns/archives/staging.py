"""Put the files of an archive into tables of their own, and check them there, line by line.

The tables are temporary: they are gone with the transaction, whatever comes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from campaigns.archives import catalogue
from campaigns.archives.reading import ArchiveError, Reader
from campaigns.audience import addresses
from tracking.parts import Column, Part

# Larger than any house, and so small that a house can take a million of such archives.
MOST_NUMBER = 2**40
ADDRESSES_AT_ONCE = 10_000


def stage(reader: Reader, part: Part, progress: Callable[[], None]) -> int:
    """Copy a file into its table, and return the largest number in it. Raises `ArchiveError`."""
    run(f"CREATE TEMP TABLE archived_{part.name} ({_columns(part)}) ON COMMIT DROP")
    rows = _copy(reader, part, progress)
    if rows != reader.files[part.name].rows:
        raise ArchiveError(
            _("%s has another number of lines than its manifest says.") % part.filename
        )
    if not part.key:
        return 0
    try:
        run(f"ALTER TABLE archived_{part.name} ADD PRIMARY KEY (id)")
    except DatabaseError as error:
        raise ArchiveError(_("A number stands in %s twice.") % part.filename) from error
    least, most = row(f"SELECT min(id), max(id) FROM archived_{part.name}")  # noqa: S608
    if least is not None and not 1 <= least <= most <= MOST_NUMBER:
        raise ArchiveError(_("A number in %s is none that we would have given.") % part.filename)
    return int(most or 0)


def check(part: Part, most: dict[str, int]) -> None:
    """See that every value is one that may stand there. Raises `ArchiveError`."""
    asked = [(one.name, *_conditions(part, one, most)) for one in part.columns]
    asked = [one for one in asked if len(one) > 1]
    if not asked:
        return
    counts = [
        f"count(*) FILTER (WHERE NOT ({' AND '.join(f'({one})' for one in conditions)}))"
        for _name, *conditions in asked
    ]
    found = row(f"SELECT {', '.join(counts)} FROM archived_{part.name} x")  # noqa: S608
    for (name, *_conditions_of_it), wrong in zip(asked, found, strict=True):
        if wrong:
            raise _wrong(part, name, wrong)


def check_references(part: Part) -> None:
    """See that whatever a file names is there, all lines at once. Raises `ArchiveError`."""
    for one in part.columns:
        if one.of:
            [missing] = row(
                f'SELECT count(*) FROM archived_{part.name} x WHERE "{one.name}" IS NOT NULL'  # noqa: S608
                f' AND NOT EXISTS (SELECT FROM archived_{one.of} y WHERE y.id = x."{one.name}")'
            )
            if missing:
                raise _wrong(part, one.name, missing)


def know_addresses(workspace_id: int) -> None:
    """Check every address, and make the hash of each under the key of this house.

    Those of people are in `archived_fingerprints`, by their number; suppressions name addresses.
    """
    people = "contact bigint PRIMARY KEY, fingerprint bytea"
    _hash(workspace_id, "fingerprints", people, "SELECT id, email FROM archived_contacts")
    named = "email varchar(254) PRIMARY KEY, fingerprint bytea"
    asked = "SELECT DISTINCT email, email FROM archived_suppressions WHERE email IS NOT NULL"
    _hash(workspace_id, "suppressed", named, asked)


def run(statement: str, values: dict[str, Any] | None = None) -> int:
    """Run a statement, and return how many rows it was about."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def row(statement: str, values: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """Return the one row that a statement asks for."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def _wrong(part: Part, name: str, count: int) -> ArchiveError:
    return ArchiveError(
        _("%(count)d lines of %(file)s have something in “%(column)s” that cannot be.")
        % {"count": count, "file": part.filename, "column": name}
    )


def _hash(workspace_id: int, name: str, columns: str, asked: str) -> None:
    run(f"CREATE TEMP TABLE archived_{name} ({columns}) ON COMMIT DROP")
    fingerprint = addresses.fingerprinter(workspace_id)
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE addresses NO SCROLL CURSOR FOR {asked}")
        while True:
            cursor.execute(f"FETCH {ADDRESSES_AT_ONCE} FROM addresses")
            rows = cursor.fetchall()
            if not rows:
                break
            with cursor.copy(f"COPY archived_{name} FROM STDIN") as copy:
                for key, email in rows:
                    _check_address(email)
                    copy.write_row((key, fingerprint(addresses.key(email))))
        cursor.execute("CLOSE addresses")
    run(f"ANALYZE archived_{name}")


def _check_address(email: str) -> None:
    if addresses.is_plain(email):
        return
    try:
        good = addresses.check(email) == email
    except addresses.AddressError:
        good = False
    if not good:
        raise ArchiveError(_("There is an address in it that no mail can be sent to."))


def _columns(part: Part) -> str:
    told = ["id bigint"] if part.key else []
    return ", ".join([*told, *(f'"{one.name}" {_type(part, one)}' for one in part.columns)])


def _type(part: Part, column: Column) -> str:
    if column.of:
        return "bigint"
    field = catalogue.field_of(part, column)
    if column.is_user or column.written or field is None:
        return "varchar(254)"
    kind = field.db_type(connection) or "text"
    # Without the check that a column's table has; see `check` for ours.
    return "bigint" if field.get_internal_type().endswith("AutoField") else kind


def _copy(reader: Reader, part: Part, progress: Callable[[], None]) -> int:
    try:
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
        ):
            sql = f"COPY archived_{part.name} FROM STDIN WITH (FORMAT csv, HEADER MATCH)"
            with cursor.copy(sql) as copy:
                for chunk in reader.stream(part):
                    copy.write(chunk)
                    progress()
            return int(cursor.rowcount)
    except DatabaseError as error:
        raise ArchiveError(_where(part, error)) from error


def _where(part: Part, error: DatabaseError) -> str:
    """Say which line is wrong, without quoting it: it is about a person."""
    if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
        raise error
    cause = error.__cause__
    context = cause.diag.context if isinstance(cause, psycopg.Error) else ""
    place = (context or "").partition(":")[0].partition(", ")[2]
    return _("%(file)s cannot be read (%(place)s).") % {
        "file": part.filename,
        "place": place or _("its first line"),
    }


def _conditions(part: Part, column: Column, most: dict[str, int]) -> Iterator[str]:
    held = f'x."{column.name}"'
    if column.of:
        yield f"{held} BETWEEN 1 AND {most[column.of]}"
    field = catalogue.field_of(part, column)
    if column.must:
        yield column.must.format(held)
    if field is not None and field.choices and not column.of:
        words = [str(value) for value, _label in field.flatchoices]
        words += [""] if field.blank else []
        yield f"{held} IN ({', '.join(map(_quoted, words))})"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
