"""Exports open right in spreadsheet programs, run nothing there, and can be imported again."""

import csv
import io

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import export, formulas, unsubscribing
from tests import world
from tests.audience.files import import_file

DANGEROUS = "=+-@\t\r\n＝＋－＠"
CELLS = st.text(
    st.one_of(st.sampled_from(DANGEROUS + "' \"1A"), st.characters(exclude_categories=["Cs"])),
    max_size=12,
)


@given(CELLS)
def test_no_cell_runs_and_each_comes_back(cell):
    guarded = formulas.guard(cell)
    assert not guarded.lstrip().startswith(tuple(DANGEROUS))
    assert formulas.restore(guarded) == cell


@pytest.mark.parametrize(
    ("cell", "guarded"),
    [
        ("=1+1", "'=1+1"),
        ("+31 20 123", "'+31 20 123"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("'=1", "''=1"),
        ("＝1", "'＝1"),
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_cells_are_guarded_like_this(cell, guarded):
    assert formulas.guard(cell) == guarded


def table(chunks) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8-sig"))))


def test_a_list_is_exported_and_imported_again_without_a_change(alice, workspace):
    readers = world.make_list(workspace, name="Lezers & Leser")
    workspace.contact_fields.create(key="company", label="Company")
    ann = world.make_contact(
        workspace,
        on=readers,
        email="ann@example.com",
        first_name="=Ann",
        last_name="O'Hara\u00a0",
        country="NL",
        language="nl",
        time_zone="Europe/Amsterdam",
        fields={"company": "'+Acme\nB.V."},
        measuring="granted",
    )
    gone = world.make_contact(workspace, on=readers, email="gone@example.com")
    unsubscribing.unsubscribe_from(gone, [readers], "member")
    world.make_contact(workspace, email="elsewhere@example.com")

    response = alice.get(reverse("audience:export_list", args=[readers.pk]))
    body = b"".join(response.streaming_content)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="lezers-leser.csv"' in response["Content-Disposition"]
    assert body.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0][:3] == ["E-mail address", "First name", "Last name"]
    assert [row[0] for row in rows[1:]] == ["ann@example.com", "gone@example.com"]
    assert [row[6] for row in rows[1:]] == ["Subscribed", "Unsubscribed"]
    assert rows[1][1] == "'=Ann" and rows[1][-1] == "''+Acme\nB.V."

    before = list(workspace.contacts.order_by("pk").values("first_name", "country", "fields"))
    again = import_file(readers, body)
    ann.refresh_from_db()
    assert ann.fields["company"] == "'+Acme\nB.V." and ann.first_name == "=Ann"
    after = workspace.contacts.order_by("pk").values("first_name", "country", "fields")
    kept = [
        row | {"fields": {k: v for k, v in row["fields"].items() if k == "company"}}
        for row in after
    ]
    assert kept == before
    assert (again.contacts_created, again.kept_unsubscribed) == (0, 1)


def test_long_exports_are_streamed_in_one_query(workspace, django_assert_num_queries):
    readers = world.make_list(workspace)
    for _n in range(30):
        world.make_contact(workspace, on=readers)
    with django_assert_num_queries(2):
        assert len(table(export.contacts_of(readers))) == 31


def test_one_word_for_both_purposes_is_the_one_that_allows_least(workspace):
    """Else a file that is imported elsewhere would agree to what nobody agreed to."""
    readers = world.make_list(workspace)
    for opens, clicks in (("granted", "refused"), ("unknown", "granted"), ("granted", "")):
        world.make_contact(workspace, on=readers, measuring=opens, measuring_clicks=clicks)
    rows = list(
        csv.DictReader(io.StringIO(b"".join(export.contacts_of(readers)).decode("utf-8-sig")))
    )
    assert [row["Measuring"] for row in rows] == ["Refused", "Not asked", "Agreed"]
