"""Excel workbooks: read as people see them, and harmless whatever they claim to be."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.audience.imports import importing, reading, spreadsheets
from campaigns.audience.models import Import
from tests import world
from tests.audience.files import make_import

SHEET = (
    '<?xml version="1.0"?><worksheet xmlns='
    '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def workbook(rows, *, empty_first=False) -> io.BytesIO:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    if empty_first:
        book.add_worksheet("Notes")
    sheet = book.add_worksheet("People")
    formats = {date: book.add_format({"num_format": "d mmm yyyy"})}
    formats[datetime] = book.add_format({"num_format": "d mmm yyyy hh:mm"})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell, *filter(None, [formats.get(type(cell))]))
    book.close()
    return file


def forged(**parts: bytes) -> io.BytesIO:
    """A workbook some of whose parts are replaced: `sheet` by XML of ours, `junk` added."""
    file = io.BytesIO()
    with zipfile.ZipFile(workbook([["email"]])) as old, zipfile.ZipFile(file, "w", 8) as new:
        for name in old.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml" and "sheet" in parts
            new.writestr(name, parts["sheet"] if is_sheet else old.read(name))
        if "junk" in parts:
            new.writestr("xl/junk.bin", parts["junk"])
    return file


def read(file) -> list[list[str]]:
    table = spreadsheets.as_csv(file)
    shape = reading.find_shape(table)
    return [reading.column_names(table, shape), *(r.cells for r in reading.rows(table, shape))]


@pytest.mark.parametrize("empty_first", [False, True])
def test_cells_are_what_people_see(empty_first):
    rows: list[list[object]] = [
        ["email", "Name", "Age", "Share", "Since", "At", "Paid", "Phone"],
        *[["ann@example.com", "Zoë 😀 مرحبا", 41, 1.5, date(2024, 5, 1)]],
    ]
    rows[1] += [datetime(2024, 5, 1, 9, 30), True, "+31 20"]
    assert read(workbook(rows, empty_first=empty_first)) == [
        rows[0],
        [
            *("ann@example.com", "Zoë 😀 مرحبا", "41", "1.5"),
            *("2024-05-01", "2024-05-01 09:30:00", "yes", "+31 20"),
        ],
    ]


def test_formulas_are_the_values_that_were_stored_and_nothing_more():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["email", "sum"])
    sheet.write(1, 0, "a@example.com")
    sheet.write_formula(1, 1, '=HYPERLINK("http://evil.example")', None, "shown")
    book.close()
    assert read(file)[1] == ["a@example.com", "shown"]


def far_out(row, column):
    cell = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>x</t></is></c></row>'
    return forged(sheet=SHEET.format(cell.format(row, column)).encode())


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: forged(junk=bytes(spreadsheets.MAX_UNPACKED + 1)),
        # A single cell in the last corner makes a table of 17 thousand million cells.
        lambda: far_out(1_048_576, "XFD"),
        lambda: far_out(1_048_576, "SF"),
        lambda: far_out(9_999_999_999, "A"),
        lambda: far_out(2, "ZZZZ"),
    ],
    ids=["unpacked size", "corner", "many rows", "row number", "column"],
)
def test_bombs_are_refused_before_anybody_unpacks_them(bomb):
    with pytest.raises(spreadsheets.SpreadsheetError, match="too large"):
        spreadsheets.as_csv(bomb())


def test_what_an_archive_says_of_its_size_is_not_believed():
    content = bytearray(forged(junk=bytes(spreadsheets.MAX_UNPACKED + 1)).getvalue())
    # The size in the directory at the archive's end, and in the part's own header.
    size = (spreadsheets.MAX_UNPACKED + 1).to_bytes(4, "little")
    assert content.count(size) == 2
    content = bytearray(bytes(content).replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(spreadsheets.SpreadsheetError):
        spreadsheets.as_csv(io.BytesIO(bytes(content)))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(50),
        workbook([["email"]]).getvalue()[:-300],
        forged(sheet=b"<worksheet").getvalue(),
    ],
    ids=["no archive", "cut off", "no XML"],
)
def test_what_is_damaged_is_said(content):
    with pytest.raises(spreadsheets.SpreadsheetError, match=r"cannot be read|empty"):
        spreadsheets.as_csv(io.BytesIO(content))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["export/subscribed.csv", "export/cleaned.csv"], "subscribed.csv, cleaned.csv in it"),
        (["word/document.xml"], "cannot be read"),
        (["mimetype", "content.xml"], "cannot be read"),
    ],
)
def test_another_archive_is_no_spreadsheet(names, sentence):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "email\na@example.com\n")
    with pytest.raises(spreadsheets.SpreadsheetError, match=sentence):
        spreadsheets.as_csv(file)


def upload(browser, readers, **data):
    return browser.post(reverse("audience:upload", args=[readers.pk]), data)


def test_a_workbook_is_uploaded_and_imported(alice, workspace):
    readers = world.make_list(workspace)
    content = workbook([["E-mail", "Vorname"], ["ann@example.com", "Ann"]]).getvalue()
    response = upload(alice, readers, file=SimpleUploadedFile("Kunden.xlsx", content))
    one = Import.objects.get()
    assert one.filename == "Kunden.xlsx" and str(one.file.name).endswith(".csv")
    page = alice.get(response.url).content.decode()
    assert "ann@example.com" in page
    data = {"encoding": "utf-8", "delimiter": ",", "has_header": "on", "basis": "consent"}
    data |= {"column_0": "email", "column_1": "first_name", "measuring": "unknown"}
    alice.post(response.url, data | {"rehearse": "1"})
    importing.run(one.pk)
    # What was not tried is not begun.
    other = make_import(readers, content=b"email\nx@example.com\n")
    alice.post(reverse("audience:begin_import", args=[other.pk]))
    other.refresh_from_db()
    assert other.status == Import.Status.UPLOADED
    shown = alice.get(reverse("audience:import", args=[one.pk])).content.decode()
    assert "This is what would happen" in shown and not workspace.contacts.exists()
    alice.post(reverse("audience:begin_import", args=[one.pk]))
    importing.run(one.pk)
    assert workspace.contacts.get().first_name == "Ann"


def test_lines_are_pasted(alice, workspace):
    readers = world.make_list(workspace)
    response = upload(alice, readers, pasted="email\tname\nann@example.com\tAnn\n")
    one = Import.objects.get()
    assert (one.filename, one.delimiter, one.has_header) == ("pasted.csv", "\t", True)
    assert response.status_code == 302


def test_a_column_of_addresses_is_pasted(alice, workspace):
    readers = world.make_list(workspace)
    upload(alice, readers, pasted="ann@example.com\nbob@example.com\n")
    assert not Import.objects.get().has_header


@pytest.mark.parametrize(
    "data",
    [
        {"pasted": " "},
        {"pasted": "a@example.com", "file": SimpleUploadedFile("a.csv", b"b@c.example\n")},
    ],
)
def test_one_of_both_is_asked_for(alice, workspace, data):
    response = upload(alice, world.make_list(workspace), **data)
    assert response.status_code == 422
    assert "one of the two" in str(response.context["form"].errors["file"])
