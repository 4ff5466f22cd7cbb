"""Make one CSV file of the tables of people in a ZIP archive, as MailChimp and Substack make it.

MailChimp has a table for each standing and tells it by the table's name alone; so each line gets
it as a first column. Bounded: of an archive only tables are unpacked, and no more than a file may
hold.
"""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from django.utils.translation import gettext as _

from campaigns.audience.imports import columns, reading, spreadsheets, standing

MAX_BYTES = 100 * 1024 * 1024
# People are in few tables; a Substack's posts have two each, in a folder.
MAX_TABLES = 20
# What the first column is called; `columns` takes it for what it is.
STATUS = "Subscription status"
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class _Table:
    name: str
    file: BinaryIO
    shape: reading.Shape
    columns: list[str]

    def has_people(self) -> bool:
        """Whether a column is called an address, or addresses stand where names should."""
        return not self.shape.has_header or any(map(columns.is_address, self.columns))


def table(file: BinaryIO, name: str) -> BinaryIO:
    """Return `file`, called `name`, where it is a table; else the table of people in it, as CSV.

    Raises `ReadingError` and `SpreadsheetError` where there is none.
    """
    if is_archive_of_tables(file):
        return as_csv(file)
    if spreadsheets.is_spreadsheet(file):
        return spreadsheets.as_csv(file)
    return told_by_name(file, name)


def is_archive_of_tables(file: BinaryIO) -> bool:
    """Whether `file` is a ZIP archive with tables in it, and no workbook."""
    if not spreadsheets.is_spreadsheet(file):
        return False
    with contextlib.suppress(spreadsheets.SpreadsheetError), spreadsheets.opened(file) as archive:
        names = archive.namelist()
        return any(map(_is_table, names)) and not any(map(spreadsheets.is_of_workbook, names))
    return False


def as_csv(file: BinaryIO) -> BinaryIO:
    """Return the people of an archive as one CSV file. Raises `ReadingError`, `SpreadsheetError`.

    Of tables in folders, those count that lie the least deep and have addresses.
    """
    with contextlib.ExitStack() as stack:
        archive = stack.enter_context(spreadsheets.opened(file))
        tables = _tables_of_people(archive, stack)
        if len(tables) == 1 and not standing.of_name(tables[0].name):
            stack.pop_all()  # The caller reads it.
            return tables[0].file
        return _joined(tables)


def told_by_name(file: BinaryIO, name: str) -> BinaryIO:
    """Return `file`, a table of this name, with what only the name says of everybody in it.

    That people left or bounced, MailChimp's columns say as well; not that they never agreed.
    """
    if standing.of_name(name) != standing.NEVER_AGREED:
        return file
    shape = reading.find_shape(file)
    return _joined([_Table(name, file, shape, reading.column_names(file, shape))])


def _is_table(name: str) -> bool:
    folders, _slash, last = name.rpartition("/")
    # What macOS adds for itself is called like the tables.
    is_shadow = last.startswith("._") or folders.startswith("__MACOSX")
    return last.lower().endswith((".csv", ".tsv")) and not is_shadow


def _tables_of_people(archive: zipfile.ZipFile, stack: contextlib.ExitStack) -> list[_Table]:
    parts = sorted(filter(_is_table, archive.namelist()), key=_depth)
    for _folders, names in itertools.groupby(parts, key=_depth):
        level = list(names)
        if len(level) > MAX_TABLES:
            raise _several(level)
        tables = list(_read(archive, level, stack))
        found = [table for table in tables if table.has_people()]
        if len(found) > 1 and not all(standing.of_name(table.name) for table in found):
            raise _several(table.name for table in found)
        if found:
            return found
    raise reading.ReadingError(
        _("None of the tables in this ZIP archive has a column of e-mail addresses.")
    )


def _depth(name: str) -> int:
    return name.count("/")


def _read(
    archive: zipfile.ZipFile, names: Iterable[str], stack: contextlib.ExitStack
) -> Iterator[_Table]:
    room = MAX_BYTES
    for name in names:
        table = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # `stack` closes it
        stack.callback(table.close)
        try:
            with archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    room -= len(chunk)
                    if room < 0:
                        raise reading.ReadingError(
                            _("The tables in this archive are larger than 100 MB. Unpack it.")
                        )
                    table.write(chunk)
        except spreadsheets.DAMAGED as error:
            raise spreadsheets.unreadable() from error
        if table.tell():  # MailChimp writes tables of nobody, too.
            shape = reading.find_shape(table)
            yield _Table(name, table, shape, reading.column_names(table, shape))


def _joined(tables: Sequence[_Table]) -> BinaryIO:
    """Return the lines of all tables under the columns of all, after what their names say."""
    places: dict[tuple[str, int], int] = {}
    for table in tables:
        for column in _numbered(table.columns):
            places.setdefault(column, len(places))
    joined = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # the caller reads it
    text = io.TextIOWrapper(joined, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([STATUS, *(name for name, _nth in places)])
    for table in tables:
        word = standing.of_name(table.name)
        at = [places[column] for column in _numbered(table.columns)]
        for row in reading.rows(table.file, table.shape):
            cells = [""] * len(places)
            for place, cell in zip(at, row.cells, strict=False):
                cells[place] = cell
            # Of a line with too many cells they stand beside all columns, and it is rejected.
            writer.writerow([word, *cells, *row.cells[len(at) :]])
    text.detach()
    return joined


def _numbered(names: Iterable[str]) -> list[tuple[str, int]]:
    """Return each name with how often it came before: two columns may have one name."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        numbered.append((name, seen[name]))
        seen[name] += 1
    return numbered


def _several(names: Iterable[str]) -> reading.ReadingError:
    shown = [name.rpartition("/")[2][:60] for name in itertools.islice(names, 4)]
    return reading.ReadingError(
        _("This ZIP archive has several tables of people: %(found)s. Upload them one by one.")
        % {"found": ", ".join(shown)}
    )
