"""What people and files write becomes a value of the field's kind, or a clear sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import typed_values


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  Acme  ", "Acme"),
        ("text", "", None),
        ("number", " ", None),
        ("number", "12", 12),
        ("number", "-3", -3),
        ("number", "\u22123", -3),
        ("number", "12.50", 12.5),
        ("number", "12,5", 12.5),
        ("number", ",5", 0.5),
        ("number", "0,125", 0.125),
        ("number", "1,234.5", 1234.5),
        ("number", "1.234,5", 1234.5),
        ("number", "1,234,567", 1234567),
        ("number", "1.234.567", 1234567),
        ("number", "1 234 567", 1234567),
        ("number", "1\u202f234,50", 1234.5),
        ("number", "1'234.50", 1234.5),
        ("number", "1.234", 1.234),
        ("number", "5.0", 5),
        ("date", "2026-11-26", "2026-11-26"),
        ("date", "2026-1-6", "2026-01-06"),
        ("date", "2026/11/26", "2026-11-26"),
        ("date", "2026-11-26 10:30:00", "2026-11-26"),
        ("date", "2026-11-26T10:30:00Z", "2026-11-26"),
        ("date", "26-11-2026", "2026-11-26"),
        ("date", "03.04.2026", "2026-04-03"),
        ("date", "26/11/2026", "2026-11-26"),
        ("date", "11/26/2026", "2026-11-26"),
        ("date", "4/4/2026", "2026-04-04"),
        ("date", "26 November 2026", "2026-11-26"),
        ("date", "Nov 26, 2026", "2026-11-26"),
        ("date", "1. März 2026", "2026-03-01"),
        ("date", "1er août 2026", "2026-08-01"),
        ("date", "3 de mayo de 2026", "2026-05-03"),
        ("date", "3 mrt. 2026", "2026-03-03"),
        ("yes_no", "Yes", True),
        ("yes_no", "nee", False),
        ("yes_no", "1", True),
        ("choice", "gold", "Gold"),
        ("choice", " SILVER ", "Silver"),
    ],
)
def test_what_is_written_is_understood(kind, text, value):
    found = typed_values.parse(kind, text, ["Gold", "Silver"])
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("text", "a" * 1001, "at most 1000"),
        ("text", "a\0b", "cannot be kept"),
        ("number", "12,345", "Write 12345 or 12.345"),
        ("number", "twelve", "no number"),
        ("number", "1e5", "no number"),
        ("number", "١٢", "no number"),
        ("number", "1,23,456", "no number"),
        ("number", "nan", "no number"),
        ("number", "31612345678901234", "field for text"),
        ("date", "soon", "like 2026-11-26"),
        ("date", "2026-02-30", "no day of the calendar"),
        ("date", "31/31/2026", "no day of the calendar"),
        ("date", "0000-01-01", "no day of the calendar"),
        ("date", "03/04/2026", "Write 2026-04-03 or 2026-03-04"),
        ("date", "3 Smarch 2026", "no date"),
        ("date", "26-11-26", "no date"),
        ("yes_no", "perhaps", "neither yes nor no"),
        ("choice", "bronze", "one of the choices: Gold, Silver"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_to_write(kind, text, said):
    with pytest.raises(typed_values.TypedValueError, match=said):
        typed_values.parse(kind, text, ["Gold", "Silver"])


@pytest.mark.parametrize(("day_first", "day"), [(True, "2026-04-03"), (False, "2026-03-04")])
def test_a_file_may_say_which_way_its_dates_run(day_first, day):
    assert typed_values.parse("date", "03/04/2026", day_first=day_first) == day


kept = st.one_of(
    st.tuples(st.just("number"), st.integers(-(10**15) + 1, 10**15 - 1)),
    st.tuples(st.just("number"), st.decimals(-9999, 9999, places=6).map(float)),
    st.tuples(st.just("date"), st.dates().map(str)),
    st.tuples(st.just("yes_no"), st.booleans()),
    st.tuples(st.just("choice"), st.sampled_from(["Gold", "Silver"])),
)


@given(kept)
def test_what_is_kept_is_written_so_that_it_is_understood_again(pair):
    kind, value = pair
    assert typed_values.fits(kind, value, ["Gold", "Silver"])
    assert typed_values.parse(kind, typed_values.written(value), ["Gold", "Silver"]) == value


@given(st.sampled_from(["text", "number", "date", "yes_no", "choice"]), st.text(max_size=30))
def test_whatever_is_written_has_an_answer(kind, text):
    try:
        value = typed_values.parse(kind, text, ["Gold"])
    except typed_values.TypedValueError as error:
        assert str(error)
    else:
        assert value is None or typed_values.fits(kind, value, ["Gold"])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", True),
        ("number", "12"),
        ("date", "20261126"),
        ("date", 5),
        ("yes_no", "yes"),
        ("choice", "Bronze"),
        ("text", 5),
    ],
)
def test_what_was_kept_before_a_field_had_its_kind_may_not_fit(kind, value):
    assert not typed_values.fits(kind, value, ["Gold"])


def test_no_value_is_written_as_nothing():
    assert typed_values.written(None) == ""


def test_a_tiny_number_is_written_out():
    assert typed_values.written(0.0000001) == "0.0000001"
