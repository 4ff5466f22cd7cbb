"""CSV that spreadsheet programs open right, and that cannot run formulas in them.

UTF-8 with a byte order mark, because Excel takes a file without one for the local code
page. Rows are encoded as they come, so a file of a million rows needs no memory.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from campaigns.audience import formulas

# What a cell may hold before it becomes text.
Cell = str | int | float | datetime | bool | None

BOM = b"\xef\xbb\xbf"
ROWS_PER_CHUNK = 500


def stream(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file in chunks, the header first."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield BOM + writer.writerow(_row(header)).encode()
    yield from lines(rows)


def lines(rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield rows in chunks, to go on with a file."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_PER_CHUNK)):
        yield "".join(writer.writerow(_row(row)) for row in chunk).encode()


def moment(value: datetime) -> str:
    """Return a time to the second, without its offset, which would make it text in Excel.

    The column's name says which zone it is in.
    """
    return value.isoformat(sep=" ", timespec="seconds")[:19]


def offset(value: datetime) -> str:
    """Return how far its clock is from UTC, for a column beside the time itself.

    Clocks that go back show an hour twice: this tells the two apart. "UTC" in front keeps
    programs from taking it for a number, or for a formula.
    """
    return f"UTC{value.isoformat()[-6:]}"


def _claim(value: bool) -> str:
    return "yes" if value else "no"


# How cells are written; numbers, and nothing at all, the csv module writes as they are.
WRITTEN: dict[type, Callable[[Any], str]] = {str: formulas.guard, datetime: moment, bool: _claim}


def _row(cells: Sequence[Cell]) -> list[object]:
    row: list[object] = []
    for cell in cells:
        written = WRITTEN.get(type(cell))
        row.append(cell if written is None else written(cell))
    return row


class _Line:
    """A file for `csv.writer` whose lines come back as `writerow`'s answer."""

    def write(self, line: str) -> str:
        return line
