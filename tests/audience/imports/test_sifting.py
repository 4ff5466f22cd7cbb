"""What is sifted by columns is what looking at each row makes of it; the rest is left to that."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaigns.audience.imports import checking, columns, further, sifting
from campaigns.audience.imports.reading import Row

MAPPING = dict(
    enumerate(
        [
            *(columns.EMAIL, "first_name", "last_name", "language", "country", "time_zone"),
            *(columns.FIELD + "city", columns.FIELD + "size", columns.FIELD + "since"),
            *(columns.MEASURING, columns.STANDING, columns.OPTED_OUT, columns.TAGS),
            columns.PROOF,
        ]
    )
)
KINDS = {"size": further.Kind("number"), "since": further.Kind("date")}
GOOD = [
    *("ann.ray+news@mail.example.com", " Ann", "O'Hara ", "nl", "Germany", "Europe/Paris"),
    *("Zürich \\ “north”", "1.5", "2026-03-01", "yes", "active", "", 'vip, "old"', "by phone"),
]
# Each with a cell that is, or looks like, trouble.
CELLS = [
    *("", " ", "ann@example.com", "ANN@Example.COM", "a@b.test", "a@b.localhost", "ann@bücher.de"),
    *("x" * 60 + "@example.com", "a..b@example.com", "a@-b.com", "@", "a@b@c.com", "'=1+1", "=1+1"),
    *("a\tb", "a\nb", "a\0b", "\\", "\\N", "\\.", "x" * 130, "x" * 1001, "'", "´", "\u2028", "é"),
    *("\u202eabc", "😀", "ſ@example.com", "a@exampKe.com", "a@example.ſom", "yes", "no", "maybe"),
    *("pending", "bounced", "3", "1,5", "2026-13-40", "Narnia", "zz-top", "a;b|c", "," * 60),
    "\N{ZERO WIDTH SPACE}ann@example.com",
]


def both(rows):
    """Return who is sifted, and what looking at the same rows finds."""
    checker = checking.Checker(7, MAPPING, len(MAPPING), KINDS)
    sure, odd = sifting.Sieve(checker).sift(rows)
    lines = {int(person[0]) for person in sure}
    assert sorted([*lines, *(row.line for row in odd)]) == [row.line for row in rows]
    looked_at = []
    for row in rows:
        if row.line in lines:
            person = checker.check(row.line, row.cells)
            assert not checker.remarks
            looked_at.append(_as_text(person))
    return sure, looked_at


def _as_text(person):
    return tuple(
        f"\\x{value.hex()}" if isinstance(value, bytes) else str(value) for value in person
    )


def test_usual_rows_are_all_sifted():
    rows = [Row(line, [f"ann{line}@example.com", *GOOD[1:]]) for line in range(1, 9)]
    sure, looked_at = both(rows)
    assert len(sure) == 8 and sure == looked_at


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_trouble_in_any_column_is_left_to_looking(number):
    rows = [
        Row(line, [*GOOD[:number], cell, *GOOD[number + 1 :]]) for line, cell in enumerate(CELLS, 1)
    ]
    sure, looked_at = both(rows)
    assert sure == looked_at
    assert not any(sign in cell for person in sure for cell in person for sign in "\t\n\r\0")


def test_rows_of_another_width_are_left_to_looking():
    rows = [Row(1, GOOD[:3]), Row(2, GOOD), Row(3, [*GOOD, "more"])]
    sure, looked_at = both(rows)
    assert sure == looked_at and [person[0] for person in sure] == ["2"]


ROWS = st.lists(
    st.lists(
        st.one_of(st.sampled_from(CELLS), st.sampled_from(GOOD), st.text(max_size=6)),
        min_size=len(GOOD) - 1,
        max_size=len(GOOD),
    ),
    max_size=6,
)


@settings(max_examples=300)
@given(ROWS)
@example([GOOD])
def test_whatever_rows_say_both_ways_agree(table):
    sure, looked_at = both([Row(line, cells) for line, cells in enumerate(table, 1)])
    assert sure == looked_at


PARTS = st.text("abAB09.-_+@ ß'", max_size=12)


@settings(max_examples=500)
@given(PARTS, PARTS, st.sampled_from(["com", "COM", "test", "c", "local", "x" * 64, "co.uk"]))
def test_whatever_an_address_is_both_ways_agree(local, domain, top):
    cells = [f"{local}@{domain}.{top}", *GOOD[1:]]
    sure, looked_at = both([Row(1, cells)])
    assert sure == looked_at
