"""Files of a million rows, written by the database: COPY, and cells as people read them.

Rows go by as bytes, a few hundred at a time, so that a file costs no memory, and hardly more
time than the query does. What people may read in it is said by words that are handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection

from campaigns.audience import formulas
from campaigns.reports import sheets

ROWS_PER_CHUNK = 500


def moment(column: str) -> str:
    """A time in the zone `%(zone)s`, as `sheets.moment` writes it."""
    return f"to_char({column} AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI:SS')"


def offset(column: str) -> str:
    """How far from UTC the clocks of the zone `%(zone)s` are then, as `sheets.offset` writes it."""
    ahead = f"(({column} AT TIME ZONE %(zone)s) - ({column} AT TIME ZONE 'UTC'))"
    sign = f"CASE WHEN {ahead} < interval '0' THEN '-' ELSE '+' END"
    return f"'UTC' || {sign} || to_char(greatest({ahead}, -{ahead}), 'HH24:MI')"


def safe(column: str) -> str:
    """Text that no spreadsheet program takes for a formula; see `formulas.guard`."""
    return f"CASE WHEN {column} ~ %(formula)s THEN '''' || {column} ELSE nullif({column}, '') END"


def word(column: str, words: str) -> str:
    """What people say for a value, by the object `words`; the value where it has none."""
    return f"nullif(coalesce(%({words})s::jsonb ->> {column}, {column}), '')"


def address(column: str, domain: str) -> str:
    """An address whose international domain is in its own letters, by the object `domains`."""
    own = f"CASE WHEN {domain} LIKE '%%xn--%%' THEN replace({column}, {domain},"
    return safe(f"({own} coalesce(%(domains)s::jsonb ->> {domain}, {domain})) ELSE {column} END)")


def stream(sql: str, values: Mapping[str, Any], header: Sequence[str]) -> Iterator[bytes]:
    """Yield a CSV file of the rows of `sql` in chunks, the header first."""
    yield from sheets.stream(header, ())
    given = {**values, "formula": formulas.FORMULA}
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv)", given) as copy,
    ):
        lines = iter(copy)
        while chunk := b"".join(map(_crlf, islice(lines, ROWS_PER_CHUNK))):
            yield chunk


def _crlf(line: bytes | memoryview) -> bytes:
    """End a line as RFC 4180 and the header do; the database ends it as Unix does."""
    return bytes(line)[:-1] + b"\r\n"
