"""CSV that spreadsheet programs open right, and that cannot run formulas in them.

UTF-8 with a byte order mark, because Excel takes a file without one for the local code
page. Rows are encoded as they come, so a file of a million rows needs no memory.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

# What a cell may hold before it becomes text.
Cell = str | int | float | datetime | bool | None

BOM = b"\xef\xbb\xbf"
# A cell that starts so is a formula to some spreadsheet program (OWASP, CSV injection);
# the full-width forms are one after Unicode normalisation.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_PER_CHUNK = 500


def stream(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Yield a CSV file in chunks, the header first."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield BOM + writer.writerow([safe(name) for name in header]).encode()
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_PER_CHUNK)):
        yield "".join(writer.writerow([text(cell) for cell in row]) for row in chunk).encode()


def text(cell: Cell) -> str:
    """Return a cell as text: ISO times to the second, empty for nothing, no formulas."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int() | float():
            return str(cell)
        case datetime():
            # The header names the zone; an offset in each cell would make it text in Excel.
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return safe(cell)


def safe(value: str) -> str:
    """Return text that no spreadsheet program takes for a formula."""
    return f"'{value}" if value.startswith(DANGEROUS) else value


class _Line:
    """A file for `csv.writer` whose lines come back as `writerow`'s answer."""

    def write(self, line: str) -> str:
        return line
