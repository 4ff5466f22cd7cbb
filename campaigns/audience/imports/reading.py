"""Read a file of people as it is: find its character set and its delimiter, stream its rows.

Knows nothing of contacts and nothing of Django's models; a path or an open file goes in,
rows of cells come out. Memory stays bounded whatever the file holds.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from django.utils.translation import gettext as _

from campaigns.audience.imports import encodings
from campaigns.audience.imports.encodings import ENCODINGS as ENCODINGS
from campaigns.audience.imports.encodings import ReadingError as ReadingError

SAMPLE_BYTES = 64 * 1024
MAX_COLUMNS = 500
MAX_LINE = 1_000_000
MAX_CELL = 131_072
DELIMITERS = (",", ";", "\t", "|")

# Fed to the parser after the last line: inside a cell it shows a quote that never closed.
_END = "\x1a end of file \x1a"

csv.field_size_limit(MAX_CELL)


@dataclass(frozen=True)
class Shape:
    """How the bytes of a file become a table."""

    encoding: str
    delimiter: str
    has_header: bool = True


class Row(NamedTuple):
    """A row that is not empty, and the line of the file where it begins."""

    line: int
    cells: list[str]


class Chunk(NamedTuple):
    """Rows that are worked on together, and how many bytes of the file were read for them."""

    rows: list[Row]
    end: int


def find_shape(file: BinaryIO) -> Shape:
    """Return how `file` seems to be written. Raises `ReadingError` if it is no table."""
    file.seek(0)
    sample = file.read(SAMPLE_BYTES)
    encodings.refuse_other_files(sample)
    encoding = encodings.find(file, sample)
    text = _first_lines(file, encoding)
    delimiter = _find_delimiter(text)
    first = next(iter(_parse(text, delimiter)), [])
    return Shape(encoding, delimiter, has_header=not any("@" in cell for cell in first))


def column_names(file: BinaryIO, shape: Shape) -> list[str]:
    """Return the names of the columns: from the first line, or made up."""
    first = next(_table(file, shape), None)
    if first is None:
        raise ReadingError(_("The file is empty. Was it saved, and is it the right one?"))
    if len(first.cells) > MAX_COLUMNS:
        raise ReadingError(
            _(
                "The file has %(found)d columns; %(most)d is the most. "
                "Delete those that you do not need, and upload it again."
            )
            % {"found": len(first.cells), "most": MAX_COLUMNS}
        )
    names = first.cells if shape.has_header else [""] * len(first.cells)
    return [
        name.strip()[:80] or _("Column %(number)d") % {"number": number}
        for number, name in enumerate(names, 1)
    ]


def rows(file: BinaryIO, shape: Shape) -> Iterator[Row]:
    """Yield the rows below the header, without the empty ones. Raises `ReadingError`."""
    table = _table(file, shape)
    if shape.has_header:
        next(table, None)
    return table


def _table(file: BinaryIO, shape: Shape) -> Iterator[Row]:
    file.seek(0)
    text = _text(file, shape.encoding)
    try:
        yield from _rows_of(_Lines(text), shape.delimiter)
    except UnicodeError as error:
        raise ReadingError(
            _("The file is not written in %(encoding)s. Choose another character set.")
            % {"encoding": shape.encoding}
        ) from error
    finally:
        if not file.closed:
            text.detach()  # Closing the text would close the caller's file.


def _rows_of(lines: _Lines, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    start = lines.number + 1
    try:
        for cells in reader:
            if lines.ended:
                if cells != [_END]:
                    raise _unclosed(start)
                return
            # Most rows begin with something, which is seen the fastest.
            if cells and (cells[0].strip() or any(map(str.strip, cells))):
                yield Row(start, cells)
            start = lines.number + 1
    except csv.Error as error:
        raise _unclosed(start) from error


def _unclosed(line: int) -> ReadingError:
    return ReadingError(
        _(
            "In line %(line)d a quotation mark opens a cell that is never closed. "
            "Close or remove it, and upload the file again."
        )
        % {"line": line}
    )


class _Lines:
    """The lines of a text, counted, none of them endless."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.number = 0
        self.ended = False
        self._text = text

    def __iter__(self) -> Iterator[str]:
        readline = self._text.readline
        line = readline(MAX_LINE)
        # Excel's hint at the delimiter is no row.
        if line[:4].lower() == "sep=":
            self.number += 1
            line = readline(MAX_LINE)
        while line:
            if len(line) == MAX_LINE:
                raise ReadingError(
                    _("Line %(line)d is longer than a million characters: that is no table.")
                    % {"line": self.number + 1}
                )
            self.number += 1
            yield line
            line = readline(MAX_LINE)
        self.ended = True
        yield _END


def _text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    # Windows-1252 and its kin leave some bytes undefined; one bad byte is no bad file.
    return io.TextIOWrapper(
        file,
        encoding="utf-8-sig" if encoding == "utf-8" else encoding,
        errors="strict" if encoding.startswith("utf") else "replace",
        newline="",
    )


def _first_lines(file: BinaryIO, encoding: str) -> list[str]:
    file.seek(0)
    text = _text(file, encoding)
    try:
        sample = text.read(SAMPLE_BYTES)
    except UnicodeError as error:
        raise ReadingError(_("The file is damaged: its characters cannot be read.")) from error
    finally:
        text.detach()
    lines = list(io.StringIO(sample, newline=""))
    # The last line may be cut in its middle.
    return lines[:-1] if len(lines) > 1 and len(sample) == SAMPLE_BYTES else lines


def _find_delimiter(lines: Sequence[str]) -> str:
    if lines and lines[0][:4].lower() == "sep=" and lines[0][4:5] in DELIMITERS:
        return lines[0][4]
    return max(DELIMITERS, key=lambda delimiter: _regularity(lines, delimiter))


def _regularity(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """How much `delimiter` makes a table of the lines: the share of equal rows, their width."""
    widths = Counter(len(cells) for cells in _parse(lines, delimiter) if any(cells))
    if not widths:
        return (0.0, 0)
    width, count = widths.most_common(1)[0]
    return (count / widths.total() if width > 1 else 0.0, width)


def _parse(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []
