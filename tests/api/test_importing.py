"""Programs import people through the code of the pages: a basis for all, and nobody comes back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from campaigns.accounts.models import AuditEntry
from campaigns.audience import suppression
from campaigns.audience.imports import importing
from campaigns.audience.models import ConsentEntry, Import
from tests import world
from tests.api import programs
from tests.api.test_reading import problem

pytestmark = pytest.mark.django_db

BASIS = {"basis": "consent", "note": "Ticked the box at the till"}


def start(program, onto, once: str = "", **sent):
    headers = {"Idempotency-Key": once} if once else {}
    path = f"/api/v1/lists/{onto.pk}/imports"
    return programs.send(program, "POST", path, BASIS | sent, **headers)


def test_people_come_onto_a_list_and_the_program_follows_them(program, workspace, member):
    news = world.make_list(workspace)
    rows = [
        {"email": "ann@example.com", "Name": "Ann", "Age": 41, "VIP": True},
        {"email": "bob@example.com", "Name": "Bob; “the\nsecond”", "Age": None},
        {"email": "no address", "Name": "Cid"},
    ]
    made = start(
        program,
        news,
        rows=rows,
        columns={"Name": "first_name", "Age": "field:years"},
        tags=["Till"],
    )
    assert made.status_code == 201, made.text
    assert (made.json()["status"], made.json()["list"]) == ("queued", news.pk)
    path = f"/api/v1/imports/{made.json()['id']}"
    assert program.get(f"{path}/left-out").json() == {"items": [], "next": None}
    importing.run(made.json()["id"])
    found = program.get(path).json()
    assert found["status"] == "done" and found["finished_at"]
    assert (found["rows_read"], found["contacts_created"], found["rejected"]) == (3, 2, 1)
    [line] = program.get(f"{path}/left-out").json()["items"]
    assert (line["imported"], line["cells"][0]) == (False, "no address")
    ann = workspace.contacts.get(email="ann@example.com")
    assert (ann.first_name, ann.fields) == ("Ann", {"years": "41", "vip": "yes"})
    assert [one.tag.name for one in ann.taggings.all()] == ["Till"]
    assert ann.subscriptions.get().basis == "consent"
    said = ConsentEntry.objects.filter(contact=ann, purpose="mail").get()
    assert (said.state, said.actor) == ("granted", member)
    entry = AuditEntry.objects.get(action="import_started")
    assert entry.details["api_key"] == workspace.api_keys.get().pk


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_separates_its_cells(program, workspace, delimiter):
    news = world.make_list(workspace)
    lines = [["E-mail", "Voornaam"], ["zoe@example.com", "Zoë"]]
    text = "\n".join(delimiter.join(line) for line in lines)
    made = start(program, news, csv=text)
    assert made.status_code == 201, made.text
    importing.run(made.json()["id"])
    assert workspace.contacts.get().first_name == "Zoë"


def test_who_left_or_must_not_be_mailed_stays_away(program, workspace):
    news = world.make_list(workspace)
    left = world.make_contact(workspace, on=news, email="left@example.com")
    left.subscriptions.all().end()
    print_ = world.make_contact(workspace, email="stopped@example.com").fingerprint
    suppression.suppress(workspace.pk, [print_], "complaint")
    rows = [{"email": "left@example.com"}, {"email": "stopped@example.com"}]
    made = start(program, news, rows=rows)
    importing.run(made.json()["id"])
    found = program.get(f"/api/v1/imports/{made.json()['id']}").json()
    assert (found["kept_unsubscribed"], found["kept_suppressed"]) == (1, 1)
    assert found["subscriptions_created"] == 0
    assert not news.subscriptions.subscribed().exists()


def test_a_file_of_those_who_left_elsewhere_puts_nobody_on_the_list(program, workspace):
    news = world.make_list(workspace)
    made = start(program, news, csv="Email,UNSUB_TIME\nann@example.com,2026-01-01\n")
    importing.run(made.json()["id"])
    assert not news.subscriptions.subscribed().exists()


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({"rows": [{"email": "a@example.com"}], "note": ""}, "body.note"),
        ({"rows": [{"email": "a@example.com"}], "note": "two\nlines"}, "body.note"),
        ({"rows": [{"email": "a@example.com"}], "csv": "email\na@example.com"}, "body"),
        ({}, "body"),
        ({"rows": [{}]}, "body.rows"),
        ({"csv": "email\n"}, "body.csv"),
        ({"rows": [{"name": "Ann"}]}, "body.columns"),
        ({"rows": [{"a": "1"}], "columns": {"b": "email"}}, "body.columns.b"),
        ({"rows": [{"a": "1"}], "columns": {"a": "password"}}, "body.columns.a"),
        (
            {"rows": [{"a": "1", "b": "2"}], "columns": dict.fromkeys("ab", "email")},
            "body.columns.b",
        ),
        ({"rows": [{"email": "a@example.com"}], "measuring": "statement"}, "body.statement"),
        ({"rows": [{"email": "a@example.com"}], "measuring": "column"}, "body.measuring"),
        ({"rows": [{"email": "a@example.com"}], "tags": ["a,b"]}, "body.tags.0"),
    ],
)
def test_what_cannot_be_imported_is_refused_and_not_kept(program, workspace, sent, at):
    refused = start(program, world.make_list(workspace), **sent)
    assert problem(refused, "invalid")["errors"][0]["at"] == at
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("zone", "day", "status"),
    [
        ("Pacific/Kiritimati", "2026-03-02", 201),  # It is tomorrow there.
        ("Pacific/Kiritimati", "2026-03-03", 422),
        ("Pacific/Pago_Pago", "2026-03-01", 422),  # It is yesterday there still.
        ("Pacific/Pago_Pago", "2026-02-28", 201),
    ],
)
def test_a_day_is_yet_to_come_by_the_zone_of_the_workspace(program, workspace, zone, day, status):
    workspace.time_zone = zone
    workspace.save(update_fields=["time_zone"])
    news = world.make_list(workspace)
    said = {"measuring": "statement", "statement": "Ticked a box", "said_on": day}
    at = datetime(2026, 3, 1, 10 if "Kiri" in zone else 5, tzinfo=UTC)
    with time_machine.travel(at, tick=True):
        answer = start(program, news, rows=[{"email": "ann@example.com"}], **said)
    assert answer.status_code == status, answer.text


def test_the_same_request_of_one_name_starts_one_import(program, workspace):
    news = world.make_list(workspace)
    rows = [{"email": "ann@example.com"}]
    first, again = (start(program, news, once="till", rows=rows) for _twice in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = start(program, world.make_list(workspace, name="Other"), once="till", rows=rows)
    assert other.status_code == 409
    assert Import.objects.count() == 1
