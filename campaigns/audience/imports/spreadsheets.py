"""Make a CSV file of an Excel workbook's first sheet that has people, within bounds.

A workbook is a ZIP archive of XML: a small file can claim to be a table of a trillion cells.
So it is unpacked once, counted and thrown away, before the library may look at it.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import BinaryIO, cast

import python_calamine as calamine
from django.utils.translation import gettext as _

MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 2_000
MAX_COLUMNS = 500
MAX_ROW = 1_048_576
# The library lays a sheet out as a full rectangle of so many cells at most.
MAX_CELLS = 20_000_000
# Of the names of all parts; a workbook of two thousand has a fifth of it.
MAX_DIRECTORY = 1024 * 1024
# What a broken archive, or a locked one, raises when it is opened or read.
DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)
# The last records of an archive, and how far from its end they can begin; APPNOTE 4.3.14-16.
_LONG_END = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
_TAIL = 65_535 + _END.size
_MARK = b"PK\x03\x04"
_CHUNK = 1024 * 1024
# Cells say where they are; a number in a style or a text matches as well, and does no harm.
_PLACE = re.compile(rb'\br="([A-Z]{1,4})(\d{1,10})"')
# Longer than any match: a place may be cut by the end of a chunk.
_OVERLAP = 32


class SpreadsheetError(Exception):
    """The workbook cannot be read as a table; the message says why, and what to do."""


def is_spreadsheet(file: BinaryIO) -> bool:
    """Whether the file begins as Excel workbooks do, whatever it is called."""
    file.seek(0)
    found = file.read(len(_MARK)) == _MARK
    file.seek(0)
    return found


def as_csv(file: BinaryIO) -> BinaryIO:
    """Return the first sheet with rows as a CSV file in UTF-8. Raises `SpreadsheetError`."""
    _refuse_bombs(file)
    file.seek(0)
    try:
        book = calamine.load_workbook(file)
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                return _write(sheet)
    except calamine.CalamineError as error:
        raise unreadable() from error
    raise SpreadsheetError(_("The file is empty."))


def size(file: BinaryIO) -> int:
    """Return how many bytes an open file has."""
    return file.seek(0, io.SEEK_END)


def _write(sheet: calamine.CalamineSheet) -> BinaryIO:
    table = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # the caller reads it
    text = io.TextIOWrapper(table, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    for row in sheet.iter_rows():
        writer.writerow([_cell(cell) for cell in row])
    text.detach()
    return table


def _cell(cell: object) -> str:
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ", "seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell).replace("\0", "")


@contextlib.contextmanager
def opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive to look into it. Raises `SpreadsheetError` where that is not to be done.

    Its directory is read whole, and of a hundred megabytes it would fill the memory.
    """
    if _directory_size(file) > MAX_DIRECTORY:
        raise _too_large()
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except DAMAGED as error:
        raise unreadable() from error


def is_of_workbook(name: str) -> bool:
    """Whether a part of this name is a workbook's."""
    return name.startswith("xl/")


def _directory_size(file: BinaryIO) -> int:
    """Return how many bytes an archive's directory says it has, as `zipfile` will believe it."""
    start = max(0, size(file) - _TAIL)
    file.seek(start)
    tail = file.read(_TAIL)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < _END.size:
        return 0
    # Two records more lie before it where numbers are long, or are written as if they were.
    file.seek(max(0, start + end - _LONG_END.size - _LOCATOR.size))
    before = file.read(_LONG_END.size + _LOCATOR.size)
    if before[:4] == b"PK\x06\x06" and before[_LONG_END.size :][:4] == b"PK\x06\x07":
        return int(_LONG_END.unpack(before[: _LONG_END.size])[8])
    return int(_END.unpack_from(tail, end)[5])


def _refuse_bombs(file: BinaryIO) -> None:
    with opened(file) as archive:
        parts = archive.infolist()
        if not any(is_of_workbook(part.filename) for part in parts):
            raise _other_archive(part.filename for part in parts)
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise _too_large()
        unpacked = 0
        for part in parts:
            unpacked += _measure(archive, part, MAX_UNPACKED - unpacked)


def _measure(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    """Return how large the part really is, whatever the archive says about it."""
    unpacked = 0
    is_sheet = part.filename.startswith("xl/worksheets/")
    row = column = 0
    for chunk in _chunks(archive, part):
        unpacked += len(chunk) - _OVERLAP
        if unpacked > most:
            raise _too_large()
        if is_sheet:
            for letters, number in _PLACE.findall(chunk):
                row, column = max(row, int(number)), max(column, _column(letters))
            if row > MAX_ROW or column > MAX_COLUMNS or row * column > MAX_CELLS:
                raise _too_large()
    return max(unpacked, 0)


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    before = bytes(_OVERLAP)
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield before + chunk
            before = chunk[-_OVERLAP:].rjust(_OVERLAP, b"\0")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def unreadable() -> SpreadsheetError:
    """Return what is said of a file that cannot be read."""
    return SpreadsheetError(
        _(
            "This spreadsheet cannot be read: it is damaged, locked by a password, or of an old "
            "kind. Save it as “CSV UTF-8” in your spreadsheet program and upload that."
        )
    )


def _other_archive(names: Iterable[str]) -> SpreadsheetError:
    """Say what to do with a ZIP that is no workbook, such as what MailChimp exports."""
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".xlsx"))]
    if not tables:
        return unreadable()
    return SpreadsheetError(
        _(
            "This is a ZIP archive with %(found)s in it. Unpack it, and upload the table of those "
            "who are subscribed; then, one by one, those of people who left or bounced."
        )
        % {"found": ", ".join(name.rpartition("/")[2][:60] for name in tables[:3])}
    )


def _too_large() -> SpreadsheetError:
    return SpreadsheetError(
        _(
            "This spreadsheet is too large, or has cells far out to the right or below. Save its "
            "table as “CSV UTF-8” in your spreadsheet program and upload that."
        )
    )
