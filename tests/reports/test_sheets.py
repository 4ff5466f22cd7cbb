"""CSV for spreadsheet programs."""

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import formulas
from campaigns.reports import sheets
from campaigns.reports.querysets import copying

# The csv module reads a NUL as an error; PostgreSQL's text cannot hold one.
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def read(chunks):
    data = b"".join(chunks)
    assert data.startswith(sheets.BOM)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@given(st.lists(st.tuples(words, words), max_size=20))
def test_what_was_written_is_read_back(rows):
    header, *body = read(sheets.stream(["a", "b"], rows))
    assert header == ["a", "b"]
    assert [[cell.removeprefix("'") for cell in row] for row in body] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]


@given(words)
def test_no_text_starts_like_a_formula(value):
    _, (cell,) = read(sheets.stream(["a"], [(value or "x",)]))
    assert cell.lstrip()[:1] not in formulas.SIGNS


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "=cmd|' /C calc'!A0",
        "＝1",
        " =1",
        "'=1",
        "\n@x",
    ],
)
@pytest.mark.django_db
def test_formulas_become_text_whoever_writes_the_file(formula):
    assert read(sheets.stream(["a"], [(formula,)]))[1] == ["'" + formula]
    sql = f"SELECT {copying.safe('words')} FROM (SELECT %(words)s::text AS words) said"
    assert read(copying.stream(sql, {"words": formula}, ["a"]))[1] == ["'" + formula]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (-3, "-3"),
        (datetime(2026, 11, 3, 9, 14, 5, 999, tzinfo=UTC), "2026-11-03 09:14:05"),
        ("Jürgen; “Köln”", "Jürgen; “Köln”"),
    ],
)
def test_cells_are_written_as_spreadsheets_read_them(cell, expected):
    _, (written, _end) = read(sheets.stream(["a", "b"], [(cell, "end")]))
    assert written == expected


def test_a_header_cannot_be_a_formula_either():
    assert read(sheets.stream(["=evil"], [])) == [["'=evil"]]


def test_rows_are_taken_only_as_they_are_needed():
    taken = 0

    def rows():
        nonlocal taken
        for number in range(10 * sheets.ROWS_PER_CHUNK):
            taken += 1
            yield (number,)

    chunks = sheets.stream(["n"], rows())
    next(chunks)
    next(chunks)
    assert taken == sheets.ROWS_PER_CHUNK
