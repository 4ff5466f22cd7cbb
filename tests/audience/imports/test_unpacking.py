"""ZIP archives of tables, as MailChimp and Substack export them, and what may be in others."""

import csv
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.audience import suppression
from campaigns.audience.imports import importing, reading, spreadsheets, unpacking
from campaigns.audience.models import Import
from tests import world

HEAD = ["Email Address", "First Name", "OPTIN_TIME"]
MAILCHIMP = {
    "subscribed_email_audience_export_1a2b.csv": [
        [*HEAD, "TAGS"],
        ["ann@example.com", "Ann", "2021-03-04 10:11:12", '"VIP","Tea"'],
    ],
    "unsubscribed_email_audience_export_1a2b.csv": [
        [*HEAD, "UNSUB_TIME", "TAGS"],
        ["left@example.com", "Lea", "2021-03-04 10:11:12", "2023-02-02 11:00:00", ""],
    ],
    "cleaned_email_audience_export_1a2b.csv": [
        [*HEAD, "CLEAN_TIME", "TAGS"],
        ["gone@example.com", "", "2021-03-04 10:11:12", "2023-02-02 11:00:00", ""],
    ],
    "nonsubscribed_email_audience_export_1a2b.csv": [
        [*HEAD, "TAGS"],
        ["buyer@example.com", "Bo", "", ""],
    ],
}


def written(rows) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def packed(tables) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(name, content if isinstance(content, str) else written(content))
    return file.getvalue()


def unpacked(tables) -> list[list[str]]:
    file = unpacking.as_csv(io.BytesIO(packed(tables)))
    shape = reading.find_shape(file)
    return [reading.column_names(file, shape), *(r.cells for r in reading.rows(file, shape))]


def test_the_tables_of_mailchimp_become_one_that_tells_them_apart():
    assert unpacked(MAILCHIMP) == [
        ["Subscription status", *HEAD, "TAGS", "UNSUB_TIME", "CLEAN_TIME"],
        ["subscribed", "ann@example.com", "Ann", "2021-03-04 10:11:12", '"VIP","Tea"', "", ""],
        [
            *("unsubscribed", "left@example.com", "Lea", "2021-03-04 10:11:12", ""),
            *("2023-02-02 11:00:00", ""),
        ],
        ["cleaned", "gone@example.com", "", "2021-03-04 10:11:12", "", "", "2023-02-02 11:00:00"],
        ["nonsubscribed", "buyer@example.com", "Bo", "", "", "", ""],
    ]


def imported(alice, readers, filename, content) -> tuple[Import, str]:
    """Upload a file, take what is proposed, and import it; return it with the page of columns."""
    file = SimpleUploadedFile(filename, content)
    answer = alice.post(reverse("audience:upload", args=[readers.pk]), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    page = alice.get(answer.url)
    form = page.context["form"]
    data = {"encoding": "utf-8", "delimiter": ",", "has_header": "on", "basis": "consent"}
    data |= {"measuring": "unknown", "everybody": form.initial["everybody"]}
    data |= {bound.html_name: bound.initial for bound in form.columns()}
    alice.post(answer.url, data)
    one = Import.objects.get()
    importing.run(one.pk)
    one.refresh_from_db()
    return one, page.content.decode()


def test_an_export_of_mailchimp_is_imported_as_it_is(alice, workspace):
    readers = world.make_list(workspace)
    one, page = imported(alice, readers, "audience_export_1a2b.zip", packed(MAILCHIMP))
    assert one.filename == "audience_export_1a2b.zip" and "nonsubscribed" in page
    assert one.status == Import.Status.DONE
    mailable = workspace.contacts.mailable(workspace.pk, [readers.pk])
    assert [person.email for person in mailable] == ["ann@example.com"]
    left = readers.subscriptions.get(status="unsubscribed")
    assert left.contact.email == "left@example.com"
    assert suppression.find(workspace.pk, "gone@example.com") is not None
    [remark] = one.remarks.all()
    assert remark.cells[1] == "buyer@example.com" and "never agreed" in remark.reason


@pytest.mark.parametrize(
    "name", ["nonsubscribed_email_audience_export_1a2b.csv", "nonsubscribed_members_export_7.csv"]
)
def test_who_never_agreed_is_told_by_the_name_of_a_single_table(alice, workspace, name):
    readers = world.make_list(workspace)
    table = written([HEAD, ["buyer@example.com", "Bo", ""]]).encode()
    one, _page = imported(alice, readers, name, table)
    assert (one.rejected, readers.subscriptions.count()) == (1, 0)


def test_the_list_of_a_substack_is_found_beside_its_posts():
    tables = {
        "posts/1.opens.csv": [["post_id", "email"], ["1", "ann@example.com"]],
        "posts/1.html": "<p>Hello</p>",
        "posts.csv": [["post_id", "title"], ["1", "Hello"]],
        "__MACOSX/._email_list.tea.csv": "Mac OS X\0\0",
        "email_list.tea.csv": [["email", "email_disabled"], ["ann@example.com", "false"]],
    }
    assert unpacked(tables) == tables["email_list.tea.csv"]


def test_two_columns_of_one_name_stay_two_and_long_lines_stay_long():
    rows = [["email", "note", "note"], ["ann@example.com", "a", "b"], ["x@example.com", *"abcd"]]
    assert unpacked({"subscribed_members_export_1.csv": rows}) == [
        ["Subscription status", "email", "note", "note"],
        ["subscribed", "ann@example.com", "a", "b"],
        ["subscribed", "x@example.com", "a", "b", "c", "d"],
    ]


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        ({"a.csv": [["email"]], "b.csv": [["email"]]}, r"several tables of people: a\.csv, b\.csv"),
        ({f"{n}.csv": [["email"]] for n in range(21)}, "several tables of people"),
        ({"posts.csv": [["title"]]}, "None of the tables"),
        ({"empty.csv": ""}, "None of the tables"),
        ({"long.csv": "email\n" + "a" * 1001}, "larger than 100 MB"),
    ],
)
def test_what_else_an_archive_holds_is_said(tables, sentence, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1000)
    with pytest.raises(reading.ReadingError, match=sentence):
        unpacked(tables)


def locked(content: bytes) -> bytes:
    """The same archive, with the bit that says that its parts are encrypted."""
    head, directory = content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8
    changed = bytearray(content)
    changed[head] |= 1
    changed[directory] |= 1
    return bytes(changed)


@pytest.mark.parametrize("damage", [locked, lambda content: content.replace(b"ann", b"eve")])
def test_a_locked_or_damaged_table_is_said(damage):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("people.csv", "email\nann@example.com\n")
    with pytest.raises(spreadsheets.SpreadsheetError, match="cannot be read"):
        unpacking.as_csv(io.BytesIO(damage(file.getvalue())))


@pytest.mark.parametrize("long", [False, True])
def test_a_directory_that_would_fill_the_memory_is_not_read(long, monkeypatch):
    """With more than 65,535 parts, its size is told in another record."""
    parts = 65_536 if long else 20_000
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(parts):
            archive.filelist.append(part := zipfile.ZipInfo(f"{number:050}.csv"))
            part.header_offset = part.CRC = 0
        archive.writestr("last.csv", "")
    monkeypatch.setattr(zipfile, "ZipFile", lambda file: pytest.fail("It was opened."))
    assert not unpacking.is_archive_of_tables(io.BytesIO(b"PK\x03\x04" + file.getvalue()))
    with pytest.raises(spreadsheets.SpreadsheetError, match="too large"):
        spreadsheets.as_csv(file)
