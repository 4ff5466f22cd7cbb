"""Importing in the browser: upload, choose the columns, see what happened."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import tasks
from campaigns.audience.imports import forms as import_forms
from campaigns.audience.imports import importing, reading
from campaigns.audience.models import Import
from tests import world
from tests.audience.files import import_file, make_import
from tests.audience.turning import turn

FILE = "E-mail;Vorname;Firma;Tracking\nann@example.com;Ann;Acme;ja\nkaputt;=1+1;x;\n"


@pytest.fixture
def readers(workspace):
    return world.make_list(workspace, name="Readers")


@pytest.fixture
def rung(monkeypatch):
    """The doorbells that were rung, instead of a broker."""
    found: list[int] = []
    monkeypatch.setattr(tasks.run_import, "delay", found.append)
    return found


def upload(browser, onto, content, name="people.csv"):
    data = content.encode() if isinstance(content, str) else content
    address = reverse("audience:upload", args=[onto.pk])
    return browser.post(address, {"file": SimpleUploadedFile(name, data, "text/csv")})


def choices(**changed):
    return {
        "encoding": "utf-8",
        "delimiter": ";",
        "has_header": "True",
        "column_0": "email",
        "column_1": "first_name",
        "column_2": "field:firma",
        "column_3": "measuring",
        "basis": "consent",
        "measuring": "column",
    } | changed


def test_the_whole_way(alice, member, workspace, readers, rung):
    response = upload(alice, readers, FILE, name="Kunden März.csv")
    one = Import.objects.get()
    assert response.url == reverse("audience:mapping", args=[one.pk])
    page = alice.get(response.url)
    guesses = [bound.initial for bound in page.context["form"].columns()]
    assert guesses == ["email", "first_name", "field:firma", "measuring"]
    assert "Kunden März.csv" in page.content.decode() and "ann@example.com" in page.content.decode()

    response = alice.post(response.url, choices())
    assert response.url == reverse("audience:import", args=[one.pk])
    assert rung == [one.pk]
    assert b"every 1s" in alice.get(response.url).content
    assert not workspace.contacts.exists()

    importing.run(one.pk)
    page = alice.get(response.url).content.decode()
    assert "every 1s" not in page and "needs an @-sign" in page
    ann = workspace.contacts.get()
    assert (ann.first_name, ann.fields, ann.measuring) == ("Ann", {"firma": "Acme"}, "granted")
    assert {entry.actor for entry in ann.consent_entries.all()} == {member}

    body = b"".join(alice.get(reverse("audience:import_remarks", args=[one.pk])).streaming_content)
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "Imported", "Reason", "E-mail", "Vorname", "Firma", "Tracking"]
    assert rows[1][:2] == ["3", "no"] and rows[1][3:] == ["kaputt", "'=1+1", "x", ""]


def test_htmx_gets_the_middle_of_the_page(alice, readers):
    one = import_file(readers, b"email\na@example.com\n")
    address = reverse("audience:import", args=[one.pk])
    fragment = alice.get(address, headers={"HX-Request": "true"}).content
    assert b"<html" not in fragment and b'id="progress"' in fragment


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04" + bytes(50), "Save it as"),
        (b"\x89PNG" + bytes(50), "not a CSV file"),
        (b"", "empty"),
        (b"email,name\n", "no lines below"),
        (b"a," * 501 + b"b\n1\n", "502 columns"),
    ],
)
def test_other_files_are_refused_at_the_field(alice, readers, content, sentence):
    response = upload(alice, readers, content)
    assert response.status_code == 422
    assert sentence in response.context["form"].errors["file"][0]
    assert not Import.objects.exists()


def test_files_that_are_too_large_are_refused(alice, readers, monkeypatch):
    monkeypatch.setattr(import_forms, "MAX_BYTES", 20)
    response = upload(alice, readers, FILE)
    assert "larger than 100 MB" in response.context["form"].errors["file"][0]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.csv", "x" * 300 + ".csv", "é/ü.svg"])
def test_files_are_kept_under_names_of_ours(alice, readers, name):
    upload(alice, readers, FILE, name=name)
    one = Import.objects.get()
    kept = str(one.file.name)
    assert kept.startswith("imports/") and kept.endswith(".csv") and ".." not in kept
    assert default_storage.exists(kept)
    assert alice.get(reverse("audience:mapping", args=[one.pk])).status_code == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"column_0": ""}, "__all__"),
        ({"column_1": "email"}, "column_1"),
        ({"column_2": "first_name"}, "column_2"),
        ({"column_2": "field:Robert'); drop"}, "column_2"),
        ({"column_3": ""}, "measuring"),
        ({"measuring": "unknown"}, "measuring"),
        ({"column_3": "", "measuring": "statement"}, "measuring_statement"),
        (
            {"column_3": "", "measuring": "statement", "measuring_statement": "On our form"},
            "measuring_said_on",
        ),
        (
            {
                "column_3": "",
                "measuring": "statement",
                "measuring_statement": "On our form",
                "measuring_said_on": "2999-01-01",
            },
            "measuring_said_on",
        ),
        ({"basis": ""}, "basis"),
        ({"basis": "other"}, "basis_note"),
    ],
)
def test_what_is_missing_is_said_at_the_field(alice, readers, rung, changed, field):
    one = make_import(readers, FILE.encode())
    response = alice.post(reverse("audience:mapping", args=[one.pk]), choices(**changed))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert rung == [] and Import.objects.get().status == Import.Status.UPLOADED


def test_a_statement_is_kept(alice, readers, rung):
    one = make_import(readers, FILE.encode())
    values = choices(
        column_3="",
        measuring="statement",
        measuring_statement="Ticked on our form",
        measuring_said_on="2026-03-01",
        basis="other",
        basis_note="Members by law",
    )
    alice.post(reverse("audience:mapping", args=[one.pk]), values)
    one.refresh_from_db()
    assert (one.measuring, one.measuring_statement) == ("statement", "Ticked on our form")
    assert one.measuring_said_on == date(2026, 3, 1)
    assert (one.basis, one.basis_note, one.status) == ("other", "Members by law", "queued")


def test_a_wrong_guess_is_corrected(alice, workspace, readers, rung):
    upload(alice, readers, "email,město\nann@example.com,Plzeň\n".encode("windows-1250"))
    one = Import.objects.get()
    address = reverse("audience:mapping", args=[one.pk])
    asked = "?encoding=windows-1250&delimiter=,&has_header=on"
    page = alice.get(address + asked)
    assert "Plzeň" in page.content.decode()
    one.refresh_from_db()
    assert one.encoding == "windows-1252"  # Looking changes nothing.
    values = choices(encoding="windows-1250", delimiter=",", measuring="unknown")
    own = page.context["form"].columns()[1].field.choices[-1][0]
    values = {key: value for key, value in values.items() if not key.startswith("column")}
    alice.post(address, values | {"column_0": "email", "column_1": own})
    importing.run(one.pk)
    assert list(workspace.contacts.get().fields.values()) == ["Plzeň"]


def test_an_impossible_reading_is_said_and_can_be_left_again(alice, readers):
    one = make_import(readers, "email,name\na@example.com,é\n".encode("windows-1252"))
    address = reverse("audience:mapping", args=[one.pk])
    page = alice.get(f"{address}?encoding=utf-8&delimiter=,&has_header=on")
    assert page.status_code == 200
    assert "Choose another character set" in page.context["shape_form"].errors["encoding"][0]


def test_a_second_click_starts_nothing_new(alice, readers, rung):
    one = make_import(readers, FILE.encode())
    address = reverse("audience:mapping", args=[one.pk])
    alice.post(address, choices())
    response = alice.post(address, choices())
    assert response.url == reverse("audience:import", args=[one.pk])
    assert rung == [one.pk]


def test_all_files_are_listed_the_newest_first(alice, workspace, readers, monkeypatch):
    monkeypatch.setattr("campaigns.audience.views.imports.IMPORTS_PER_PAGE", 2)
    others = world.make_list(workspace, name="Others")
    for number, onto in enumerate((readers, others, readers)):
        upload(alice, onto, FILE, name=f"file{number}.csv")
    make_import(world.make_list(world.make_workspace()), FILE.encode())
    address = reverse("audience:imports")
    pages, _last = turn(alice, address, "")
    newest = Import.objects.filter(workspace=workspace).order_by("-created_at", "-pk")
    assert [pk for page in pages for pk in page] == list(newest.values_list("pk", flat=True))
    page = alice.get(address).text
    assert "file2.csv" in page and "Others" in page and 'rel="next"' in page
    assert address in alice.get(reverse("audience:list", args=[readers.pk])).text


def test_an_upload_can_be_discarded(alice, readers):
    one = make_import(readers, FILE.encode())
    name = str(one.file.name)
    alice.post(reverse("audience:discard_import", args=[one.pk]))
    assert not Import.objects.exists() and not default_storage.exists(name)
    running = make_import(readers, FILE.encode())
    importing.start(running)
    response = alice.post(reverse("audience:discard_import", args=[running.pk]))
    assert response.status_code == 404 and Import.objects.exists()


def test_deleting_a_list_deletes_its_uploads(alice, readers):
    name = str(make_import(readers, FILE.encode()).file.name)
    alice.post(reverse("audience:delete_list", args=[readers.pk]))
    assert not default_storage.exists(name)


def test_the_most_columns_can_all_be_chosen(alice, readers, rung):
    names = ["email", *(f"c{number}" for number in range(1, reading.MAX_COLUMNS))]
    content = "\n".join([",".join(names), ",".join(["a@example.com", *names[1:]])])
    one = make_import(readers, content.encode())
    address = reverse("audience:mapping", args=[one.pk])
    form = alice.get(address).context["form"]
    sent = {field.name: field.value() for field in form if field.value() is not None}
    shape = {"encoding": "utf-8", "delimiter": ",", "has_header": "True"}
    assert alice.post(address, sent | shape | {"basis": "consent"}).status_code == 302
    one.refresh_from_db()
    assert len(one.mapping) == reading.MAX_COLUMNS and rung == [one.pk]


def test_a_header_alone_is_nobody_and_what_was_pasted_beside_it_stays(alice, readers):
    data = {
        "file": SimpleUploadedFile("header.csv", b"E-mail,Name\n", "text/csv"),
        "pasted": "ann@example.com",
    }
    response = alice.post(reverse("audience:upload", args=[readers.pk]), data)
    assert response.status_code == 422 and not Import.objects.exists()
    assert "no lines below" in response.context["form"].errors["file"][0]
    assert response.context["form"]["pasted"].value() == "ann@example.com"
    response = alice.post(reverse("audience:upload", args=[readers.pk]), {"pasted": "E-mail,Name"})
    assert response.status_code == 422 and not Import.objects.exists()
    assert "no lines below" in response.context["form"].errors["pasted"][0]


@pytest.mark.parametrize(("seconds", "says"), [(30, False), (-1, True)])
def test_an_import_that_nobody_works_on_any_more_says_that_it_goes_on(
    alice, readers, seconds, says
):
    one = make_import(readers, FILE.encode())
    until = timezone.now() + timedelta(seconds=seconds)
    Import.objects.filter(pk=one.pk).update(status=Import.Status.RUNNING, lease_until=until)
    page = alice.get(reverse("audience:import", args=[one.pk])).text
    assert ("goes on by itself" in page) is says
