"""What tokens are written in: one spelling for each value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import compact


@given(st.lists(st.integers(0, 2**63 - 1), max_size=6))
def test_numbers_are_read_back(numbers):
    assert compact.varints(b"".join(map(compact.varint, numbers))) == numbers


@given(st.integers(0x80, 2**63 - 1))
def test_a_torn_number_is_refused(number):
    with pytest.raises(ValueError, match="torn"):
        compact.varints(compact.varint(number)[:-1])


@given(st.binary(max_size=60))
def test_bytes_are_read_back_from_letters_that_an_address_may_carry(raw):
    letters = compact.text(raw)
    assert compact.from_text(letters) == raw
    assert set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=20))
def test_whatever_else_is_refused_or_is_the_one_spelling(letters):
    try:
        raw = compact.from_text(letters)
    except ValueError:
        return
    assert compact.text(raw) == letters


@pytest.mark.parametrize("letters", ["AB", "AA=", "A", "A A", "AA\n", "ÄÄ", "A+/A"])
def test_a_second_spelling_is_refused(letters):
    with pytest.raises(ValueError, match=r".+"):
        compact.from_text(letters)
