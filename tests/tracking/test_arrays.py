"""Arrays are written as PostgreSQL reads them: whatever is in them comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tracking import arrays

NOON = datetime(2026, 3, 29, 12, 0, 0, 250_000, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def read(values, kind):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [arrays.text(values)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], "bigint"),
        ([1, 2**62, -3], "bigint"),
        ([1, None, 3], "bigint"),
        ([True, False], "boolean"),
        ([NOON, NOON + timedelta(days=200)], "timestamptz"),
        ([NOON, None], "timestamptz"),
        ([None, None], "timestamptz"),
        (["a", None, "NULL", ""], "text"),
    ],
)
def test_what_is_written_is_read(values, kind):
    assert read(values, kind) == values


@pytest.mark.django_db
@given(st.lists(WORDS))
def test_any_word_comes_back_as_it_is(words):
    assert read(words, "text") == words
