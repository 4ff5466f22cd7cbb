"""Write people as CSV or as an Excel workbook: streamed, safe in spreadsheet programs, and
importable again."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import BinaryIO, cast

import xlsxwriter
import xlsxwriter.worksheet
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Case, F, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from campaigns.audience import consent, formulas, typed_values
from campaigns.audience import fields as own
from campaigns.audience.models import Contact, Field, Import, List, Subscription, Tagging
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.retyping import Misfit

# Excel takes a file without this mark for the local code page.
MARK = "\ufeff"
ROWS_PER_CHUNK = 1000
# Of Excel's 1,048,576; what is more goes to a further sheet.
ROWS_PER_SHEET = 1_000_000
MAX_CELL = 32_767
# What a contact's field may hold; see `typed_values`.
Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Table:
    """A header, and rows that are read as they are written."""

    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def list_table(one: List, people: ContactQuerySet) -> Table:
    """Return people of a page of the list, in its order, with how they are or were on it."""
    fields = own.of(one.workspace_id)
    found = people.with_suppressed()
    return Table(
        [*_header(), _("Status"), _("Since (UTC)"), _("Measuring"), *(f.label for f in fields)],
        (_subscriber(row, fields) for row in found.iterator(chunk_size=2000)),
    )


def people_table(workspace_id: int, people: ContactQuerySet) -> Table:
    """Return the people of a page of contacts, in its order, with their lists and tags.

    The status is that of all lists together: whoever the file is handed on to must see who left.
    """
    fields = own.of(workspace_id)
    lists = dict(List.objects.filter(workspace=workspace_id).values_list("pk", "name"))
    # To fetch them for each two thousand people takes as long as all the rest.
    names = Tagging.objects.filter(contact=OuterRef("pk")).values("tag__name")
    found = people.with_suppressed().annotate(
        tag_names=ArraySubquery(names), standings=ArraySubquery(_standings())
    )
    header = [
        *_header(),
        _("Status"),
        _("Lists"),
        _("Lists left"),
        _("Added (UTC)"),
        _("Measuring"),
        _("Tags"),
    ]
    return Table(
        [*header, *(field.label for field in fields)],
        (_contact(one, fields, lists) for one in found.iterator(chunk_size=2000)),
    )


def _standings() -> QuerySet[Subscription, tuple[int]]:
    """A contact's lists by their numbers, below zero where they left."""
    on_it = When(status=Subscription.Status.SUBSCRIBED, then=F("list"))
    rows = Subscription.objects.filter(contact=OuterRef("pk"))
    return rows.values_list(Case(on_it, default=-F("list"), output_field=BigIntegerField()))


def people(workspace_id: int, contacts: ContactQuerySet) -> Iterator[bytes]:
    """Yield the CSV file of contacts of the workspace."""
    return as_csv(people_table(workspace_id, contacts.order_by("pk")))


def as_csv(table: Table) -> Iterator[bytes]:
    """Yield a table as a CSV file."""
    return _csv(table.header, (list(map(typed_values.written, row)) for row in table.rows))


def as_workbook(table: Table) -> BinaryIO:
    """Return a table as an open Excel workbook, written in little memory."""
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # the caller reads it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    rows = iter(table.rows)
    while True:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, table.header)
        number = 0
        for number, row in enumerate(islice(rows, ROWS_PER_SHEET), 1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell)
        if number < ROWS_PER_SHEET:
            break
    book.close()
    file.seek(0)
    return file


def remarks_of(one: Import) -> Iterator[bytes]:
    """Yield the CSV file of lines that were not imported whole: their cells, and why."""
    header = [_("Line"), _("Imported"), _("Reason"), *one.names]
    rows = one.remarks.order_by("line", "pk").iterator(chunk_size=2000)
    return _csv(
        header,
        (
            [str(row.line), _("yes") if row.imported else _("no"), row.reason, *row.cells]
            for row in rows
        ),
    )


def misfits(rows: Iterable[Misfit]) -> Iterator[bytes]:
    """Yield the CSV file of contacts whose value does not fit another kind of field."""
    header = [_("E-mail address"), _("Value"), _("Reason")]
    return _csv(header, ([row.email, row.value, row.why] for row in rows))


def _header() -> list[str]:
    return [
        _("E-mail address"),
        _("First name"),
        _("Last name"),
        _("Language"),
        _("Country"),
        _("Time zone"),
    ]


def _subscriber(row: Contact, fields: Sequence[Field]) -> list[Cell]:
    # Both are added by `members`, as the page has them.
    status, since = row.status, row.since  # type: ignore[attr-defined]
    return [
        *_known(row),
        _status(row, status),
        _moment(since),
        str(consent.least(row).label),
        *(row.fields.get(field.key) for field in fields),
    ]


def _contact(one: Contact, fields: Sequence[Field], lists: Mapping[int, str]) -> list[Cell]:
    # Both are added by `people_table`.
    tags = sorted(one.tag_names, key=str.casefold)  # type: ignore[attr-defined]
    standings: list[int] = one.standings  # type: ignore[attr-defined]
    gets = sorted(lists[pk] for pk in standings if pk in lists)
    left = sorted(lists[-pk] for pk in standings if -pk in lists)
    status = Subscription.Status.SUBSCRIBED if gets else Subscription.Status.UNSUBSCRIBED
    return [
        *_known(one),
        _status(one, status if gets or left else ""),
        ", ".join(gets),
        ", ".join(left),
        _moment(one.created_at),
        str(consent.least(one).label),
        ", ".join(tags),
        *(one.fields.get(field.key) for field in fields),
    ]


def _status(one: Contact, status: str) -> str:
    # Added by `with_suppressed`; it counts before all lists, as on the pages.
    if one.is_suppressed:  # type: ignore[attr-defined]
        return _("Not mailed")
    return str(Subscription.Status(status).label) if status else ""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _known(one: Contact) -> tuple[str, ...]:
    names = (one.email, one.first_name, one.last_name)
    return (*names, one.language, one.country, one.time_zone)


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(row, column, cell)
    elif text := typed_values.written(cell):
        # As a string: a workbook knows formulas apart, so that none has to be guarded.
        sheet.write_string(row, column, text[:MAX_CELL])


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield (MARK + writer.writerow([formulas.guard(name) for name in header])).encode()
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_PER_CHUNK)):
        lines = (writer.writerow([formulas.guard(cell) for cell in row]) for row in chunk)
        yield "".join(lines).encode()


class _Line:
    """A file for `csv.writer` whose lines come back as the answer of `writerow`."""

    def write(self, line: str) -> str:
        return line
