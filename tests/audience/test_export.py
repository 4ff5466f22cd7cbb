"""Exports open right in spreadsheet programs, run nothing there, and can be imported again."""

import csv
import io
import re
import zipfile
from html import unescape

import pytest
import python_calamine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience import export, formulas, suppression, unsubscribing
from campaigns.audience.imports import spreadsheets
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

    response = alice.get(reverse("audience:export_list", args=[readers.pk]) + "?sort=email")
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


def test_a_page_of_contacts_is_exported_as_it_is_filtered(alice, workspace):
    readers = world.make_list(workspace)
    for name in ("zoe", "ann", "bob"):
        world.make_contact(workspace, on=readers, email=f"{name}@example.com", first_name=name)
    elsewhere = world.make_contact(workspace, email="elsewhere@example.com")
    workspace.contact_fields.create(key="age", label="Age", kind="number")
    elsewhere.fields = {"age": 41}
    elsewhere.save(update_fields=["fields"])
    for name in ("VIP", "a tag"):
        tag = workspace.tags.create(name=name)
        elsewhere.taggings.create(workspace=workspace, tag=tag)

    def exported(question):
        response = alice.get(reverse("audience:export_contacts") + question)
        return table(response.streaming_content)[1:]

    assert [row[0].partition("@")[0] for row in exported("?sort=email")] == [
        *("ann", "bob", "elsewhere", "zoe")
    ]
    on_list = exported(f"?list={readers.pk}&status=subscribed&sort=-email&q=exam")
    assert [row[1] for row in on_list] == ["zoe", "bob", "ann"]
    assert exported("?q=elsewhere")[0][-2:] == ["a tag, VIP", "41"]
    assert exported("?q=nobody") == []


def test_files_say_who_left_and_who_must_not_be_mailed(alice, workspace):
    """Whoever takes them elsewhere would mail these people there; so would another workspace."""
    news, offers = (world.make_list(workspace, name=name) for name in ("News", "Offers"))
    for name in ("keen", "half", "left", "bounced", "nowhere"):
        on = None if name == "nowhere" else news
        world.make_contact(workspace, on=on, email=f"{name}@example.com")
    half = workspace.contacts.get(email="half@example.com")
    half.subscriptions.create(workspace=workspace, list=offers)
    unsubscribing.unsubscribe_from(half, [offers], "member")
    left = workspace.contacts.get(email="left@example.com")
    unsubscribing.unsubscribe_from(left, [news], "member")
    bounced = workspace.contacts.get(email="bounced@example.com")
    suppression.suppress(workspace.pk, [bounced.fingerprint], reason="hard_bounce")

    page = alice.get(reverse("audience:export_contacts") + "?sort=email")
    body = b"".join(page.streaming_content)
    told = ("Status", "Lists", "Lists left")
    assert {
        row["E-mail address"].partition("@")[0]: tuple(row[name] for name in told)
        for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    } == {
        "keen": ("Subscribed", "News", ""),
        "half": ("Subscribed", "News", "Offers"),
        "left": ("Unsubscribed", "", "News"),
        "bounced": ("Not mailed", "News", ""),
        "nowhere": ("", "", ""),
    }
    of_news = alice.get(reverse("audience:export_list", args=[news.pk]) + "?sort=email")
    rows = list(csv.reader(io.StringIO(b"".join(of_news.streaming_content).decode("utf-8-sig"))))
    assert [row[6] for row in rows[1:]] == [
        *("Not mailed", "Subscribed", "Subscribed", "Unsubscribed")
    ]

    elsewhere = world.make_list(world.make_workspace())
    import_file(elsewhere, body)
    mailable = elsewhere.workspace.contacts.mailable(elsewhere.workspace_id, [elsewhere.pk])
    assert sorted(one.email.partition("@")[0] for one in mailable) == ["half", "keen", "nowhere"]
    assert not elsewhere.workspace.contact_fields.exists()


def test_a_list_is_exported_as_its_page_is_filtered_and_sorted(alice, workspace):
    readers = world.make_list(workspace)
    for name, said in (("zoe", "granted"), ("ann", "granted"), ("bob", "unknown")):
        world.make_contact(workspace, readers, email=f"{name}@example.com", measuring=said)
    left = world.make_contact(workspace, on=readers, email="left@example.com")
    unsubscribing.unsubscribe_from(left, [readers], "member")

    def exported(question):
        page = alice.get(reverse("audience:list", args=[readers.pk]) + question).text
        [link] = re.findall(r'href="([^"]*/contacts\.csv[^"]*)"', page)
        response = alice.get(unescape(link))
        return [row[0].partition("@")[0] for row in table(response.streaming_content)[1:]]

    assert exported("?sort=email&page=1") == ["ann", "bob", "left", "zoe"]
    assert exported("?sort=-email&measuring=granted&status=subscribed") == ["zoe", "ann"]
    assert exported("?status=unsubscribed") == ["left"]
    assert exported("?q=bo") == ["bob"]


def test_a_segment_is_a_workbook_too(alice, workspace):
    readers = world.make_list(workspace)
    world.make_contact(workspace, on=readers, email="ann@example.com", first_name="=1+1")
    world.make_contact(workspace, email="elsewhere@example.com")
    question = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}
    one = workspace.segments.create(name="Listed", question=question)
    page = alice.get(reverse("audience:segment", args=[one.pk])).text
    link = reverse("audience:export_segment_xlsx", args=[one.pk])
    assert link in page
    content = io.BytesIO(b"".join(alice.get(link).streaming_content))
    rows = python_calamine.load_workbook(content).get_sheet_by_index(0).to_python()
    assert [row[:2] for row in rows[1:]] == [["ann@example.com", "=1+1"]]


def test_a_workbook_holds_the_same_and_no_formulas(alice, workspace):
    workspace.contact_fields.create(key="age", label="Age", kind="number")
    readers = world.make_list(workspace, name="Lezers & Leser")
    world.make_contact(
        workspace, on=readers, email="ann@example.com", first_name="=1+1", fields={"age": 41}
    )
    response = alice.get(reverse("audience:export_list_xlsx", args=[readers.pk]))
    assert 'filename="lezers-leser.xlsx"' in response["Content-Disposition"]
    content = b"".join(response.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    rows = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "E-mail address" and rows[0][-1] == "Age"
    assert (rows[1][0], rows[1][1], rows[1][-1]) == ("ann@example.com", "=1+1", 41)
    again = import_file(readers, as_csv(content))
    assert (again.contacts_created, again.rejected, again.subscriptions_created) == (0, 0, 0)
    assert workspace.contacts.get().first_name == "=1+1"


def as_csv(workbook: bytes) -> bytes:
    file = spreadsheets.as_csv(io.BytesIO(workbook))
    file.seek(0)
    return file.read()


def test_more_rows_than_a_sheet_holds_go_to_another(workspace, monkeypatch):
    monkeypatch.setattr(export, "ROWS_PER_SHEET", 2)
    for _n in range(4):
        world.make_contact(workspace)
    book = export.as_workbook(export.people_table(workspace.pk, workspace.contacts.order_by("pk")))
    found = python_calamine.load_workbook(book)
    sheets = [found.get_sheet_by_name(name).to_python() for name in found.sheet_names]
    assert [len(rows) for rows in sheets] == [3, 3, 1]
    assert sheets[0][0] == sheets[2][0]


def members(readers):
    people = readers.workspace.contacts.members(readers.pk)
    return export.as_csv(export.list_table(readers, people.order_by("pk")))


def test_long_exports_are_streamed_in_one_query(workspace, django_assert_num_queries):
    readers = world.make_list(workspace)
    for _n in range(30):
        world.make_contact(workspace, on=readers)
    with django_assert_num_queries(2):
        assert len(table(members(readers))) == 31


def test_one_word_for_both_purposes_is_the_one_that_allows_least(workspace):
    """Else a file that is imported elsewhere would agree to what nobody agreed to."""
    readers = world.make_list(workspace)
    for opens, clicks in (("granted", "refused"), ("unknown", "granted"), ("granted", "")):
        world.make_contact(workspace, on=readers, measuring=opens, measuring_clicks=clicks)
    rows = list(csv.DictReader(io.StringIO(b"".join(members(readers)).decode("utf-8-sig"))))
    assert [row["Measuring"] for row in rows] == ["Refused", "Not asked", "Agreed"]
