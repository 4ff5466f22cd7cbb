"""Programs add and change people by the doors of forms and imports, and by no other."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from campaigns.audience import consent, suppression, unsubscribing
from campaigns.audience.models import Change, Consent, ConsentEntry, Contact, Unsubscription
from tests import world
from tests.api import programs
from tests.api.test_reading import problem

pytestmark = pytest.mark.django_db

CONTACTS = "/api/v1/contacts"
BASIS = {"basis": "consent", "note": "Ticked the box at the till"}


def add(program, once: str = "", **sent):
    headers = {"Idempotency-Key": once} if once else {}
    return programs.send(program, "POST", CONTACTS, sent, **headers)


def test_a_person_is_added_with_names_fields_tags_and_a_list(program, workspace, member):
    workspace.contact_fields.create(key="since", label="Since", kind="date")
    news = world.make_list(workspace)
    made = add(
        program,
        email=" Ann@Example.COM",
        first_name="Ann",
        country="Netherlands",
        fields={"since": "26 Nov 2026"},
        tags=["Press"],
        join={"list": news.pk, **BASIS},
    )
    assert made.status_code == 201, made.text
    found = made.json()
    assert (found["email"], found["first_name"], found["country"]) == (
        "Ann@example.com",
        "Ann",
        "NL",
    )
    assert (found["fields"], found["tags"]) == ({"since": "2026-11-26"}, ["Press"])
    assert [(one["list"], one["status"]) for one in found["lists"]] == [(news.pk, "subscribed")]
    [line] = ConsentEntry.objects.all()
    assert (line.purpose, line.state, line.actor) == ("mail", "granted", member)
    assert line.evidence["note"] == BASIS["note"]
    assert line.evidence["api_key"] == workspace.api_keys.get().pk


@pytest.mark.parametrize(
    ("known", "first_name", "last_name", "fields"),
    [
        ("overwrite", "New", "Old", {"company": "Acme", "town": "Ghent"}),
        ("fill", "Old", "Old", {"company": "Was", "town": "Ghent"}),
        ("skip", "Old", "Old", {"company": "Was"}),
    ],
)
def test_what_becomes_of_who_is_known_is_as_with_imports(
    program, workspace, member, known, first_name, last_name, fields
):
    for key in ("company", "town"):
        workspace.contact_fields.create(key=key, label=key)
    ann = world.make_contact(
        workspace,
        email="ann@example.com",
        first_name="Old",
        last_name="Old",
        fields={"company": "Was"},
    )
    sent = {"company": "Acme", "town": "Ghent"}
    response = add(
        program, email="ANN@example.com", first_name="New", last_name="", fields=sent, known=known
    )
    assert response.status_code == 200, response.text
    ann.refresh_from_db()
    assert (ann.first_name, ann.last_name, ann.fields) == (first_name, last_name, fields)
    changes = Change.objects.filter(contact=ann, what="edited", actor=member)
    assert changes.count() == (0 if known == "skip" else 1)


def test_a_patch_changes_what_it_names_and_nothing_else(program, workspace):
    for key in ("company", "town"):
        workspace.contact_fields.create(key=key, label=key)
    ann = world.make_contact(
        workspace,
        first_name="Ann",
        last_name="Ray",
        language="nl",
        fields={"company": "Acme", "town": "Ghent"},
    )
    path = f"{CONTACTS}/{ann.pk}"
    sent = {"last_name": "Roe", "language": None, "fields": {"company": None}}
    assert programs.send(program, "PATCH", path, sent).status_code == 200
    ann.refresh_from_db()
    assert (ann.first_name, ann.last_name, ann.language) == ("Ann", "Roe", "")
    assert ann.fields == {"town": "Ghent"}
    assert programs.send(program, "PATCH", path, {}).status_code == 200
    assert Change.objects.filter(contact=ann).count() == 1


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({"first_name": "x" * 121}, "body.first_name"),
        ({"first_name": "two\nlines"}, "body.first_name"),
        ({"country": "Atlantis"}, "body.country"),
        ({"fields": {"nothing": "x"}}, "body.fields.nothing"),
        ({"fields": {"age": "old"}}, "body.fields.age"),
        ({"fields": {"age": 1e300}}, "body.fields.age"),
        ({"fields": {"size": "XXL"}}, "body.fields.size"),
        ({"email": "other@example.com"}, "body.email"),
        ({"measuring": "granted"}, "body.measuring"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(program, workspace, sent, at):
    workspace.contact_fields.create(key="age", label="Age", kind="number")
    workspace.contact_fields.create(key="size", label="Size", kind="choice", choices=["S", "M"])
    ann = world.make_contact(workspace, last_name="Ray")
    response = programs.send(program, "PATCH", f"{CONTACTS}/{ann.pk}", sent | {"last_name": "Roe"})
    assert [one["at"] for one in problem(response, "invalid")["errors"]] == [at]
    ann.refresh_from_db()
    assert ann.last_name == "Ray"


@pytest.mark.parametrize(
    "reason", ["hard_bounce", "complaint", "manual", "erased", "unsubscribed_all"]
)
def test_who_must_not_be_mailed_is_neither_added_nor_changed(program, workspace, reason):
    news = world.make_list(workspace)
    ann = world.make_contact(workspace, email="ann@example.com", first_name="Ann")
    suppression.suppress(workspace.pk, [ann.fingerprint], reason)
    join = {"list": news.pk, **BASIS}
    refused = add(program, email="ann@example.com", first_name="New", tags=["Press"], join=join)
    assert refused.status_code == 409
    problem(refused, "refused")
    path = f"{CONTACTS}/{ann.pk}/lists/{news.pk}"
    assert programs.send(program, "PUT", path, BASIS).status_code == 409
    ann.refresh_from_db()
    assert ann.first_name == "Ann"
    assert not ann.subscriptions.exists() and not workspace.tags.exists()
    Contact.objects.all().delete()
    assert add(program, email="ann@example.com").status_code == 409
    assert not Contact.objects.exists()


@pytest.mark.parametrize("source", Unsubscription.Source.values)
def test_who_left_a_list_stays_away_whatever_the_note_says(program, workspace, source):
    news = world.make_list(workspace)
    ann = world.make_contact(workspace, on=news, email="ann@example.com", first_name="Ann")
    unsubscribing.unsubscribe_from(ann, [news], source)
    ledger = ConsentEntry.objects.count()
    path = f"{CONTACTS}/{ann.pk}/lists/{news.pk}"
    assert programs.send(program, "PUT", path, BASIS).status_code == 409
    join = {"list": news.pk, **BASIS}
    assert add(program, email="ann@example.com", first_name="New", join=join).status_code == 409
    assert ann.subscriptions.get().status == "unsubscribed"
    ann.refresh_from_db()
    assert ann.first_name == "Ann", "all or nothing"
    assert ConsentEntry.objects.count() == ledger


@pytest.mark.parametrize(
    "basis", [{}, {"basis": "consent"}, {"basis": "consent", "note": ""}, {"note": "x"}]
)
def test_nobody_is_put_on_a_list_without_a_basis(program, workspace, basis):
    news, ann = world.make_list(workspace), world.make_contact(workspace)
    path = f"{CONTACTS}/{ann.pk}/lists/{news.pk}"
    assert programs.send(program, "PUT", path, basis).status_code == 422
    assert add(program, email="b@example.com", join={"list": news.pk, **basis}).status_code == 422
    assert not ann.subscriptions.exists() and not ConsentEntry.objects.exists()
    assert not Contact.objects.filter(email="b@example.com").exists()


def test_joining_and_leaving_a_list_twice_is_as_good_as_once(program, workspace, member):
    news, ann = world.make_list(workspace), world.make_contact(workspace)
    path = f"{CONTACTS}/{ann.pk}/lists/{news.pk}"
    for _twice in range(2):
        assert programs.send(program, "PUT", path, BASIS).status_code == 200
    assert ann.subscriptions.subscribed().count() == 1
    for _twice in range(2):
        assert programs.send(program, "DELETE", path).status_code == 200
    assert not ann.subscriptions.subscribed().exists()
    assert Unsubscription.objects.count() == 1
    states = [(line.state, line.actor) for line in ConsentEntry.objects.order_by("pk")]
    assert states == [("granted", member), ("withdrawn", member)]


def test_tags_are_put_on_and_taken_off(program, workspace):
    ann = world.make_contact(workspace)
    path = f"{CONTACTS}/{ann.pk}/tags"
    found = programs.send(program, "PATCH", path, {"add": ["Press", "VIP"]}).json()
    assert found["tags"] == ["Press", "VIP"]
    found = programs.send(program, "PATCH", path, {"remove": ["press", "none"]}).json()
    assert found["tags"] == ["VIP"]
    refused = programs.send(program, "PATCH", path, {"add": ["New", "a,b"]})
    assert refused.status_code == 422
    assert not workspace.tags.filter(name="New").exists()


def test_a_yes_to_measuring_needs_its_words_and_never_overrules_a_no(program, workspace):
    ann = world.make_contact(workspace)
    path = f"{CONTACTS}/{ann.pk}/measuring"
    yes = {"answer": "granted", "statement": "May we count your opens and clicks?"}
    assert programs.send(program, "PUT", path, {"answer": "granted"}).status_code == 422
    assert programs.send(program, "PUT", path, {**yes, "statement": "  "}).status_code == 422
    ann.refresh_from_db()
    assert ann.measuring == Consent.UNKNOWN
    assert programs.send(program, "PUT", path, yes).json()["measuring"]["opens"] == "granted"
    [line] = ConsentEntry.objects.all()
    assert line.notice is not None and line.notice.text == yes["statement"]
    no = programs.send(program, "PUT", path, {"answer": "refused"}).json()
    assert no["measuring"] == {"opens": "withdrawn", "clicks": "withdrawn"}
    assert programs.send(program, "PUT", path, yes).status_code == 409
    ann.refresh_from_db()
    assert consent.answers(ann)[consent.BOTH[0]] == Consent.WITHDRAWN


def test_the_same_request_of_one_name_makes_one_thing(program, workspace):
    first = add(program, once="order-1", email="ann@example.com", first_name="Ann")
    again = add(program, once="order-1", email="ann@example.com", first_name="Ann")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    Contact.objects.update(first_name="Changed since")
    late = add(program, once="order-1", email="ann@example.com", first_name="Ann")
    assert late.json()["first_name"] == "Changed since"
    other = add(program, once="order-1", email="bob@example.com")
    assert other.status_code == 409
    assert Contact.objects.count() == 1


def test_a_name_is_free_again_where_nothing_was_made(program, workspace):
    assert add(program, once="order-1", email="nonsense").status_code == 422
    assert add(program, once="order-1", email="ann@example.com").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_requests_of_one_name_at_once_make_one_thing(program, workspace):
    news = world.make_list(workspace)
    join = {"list": news.pk, **BASIS}
    statuses: list[int] = []

    def ask():
        try:
            statuses.append(
                add(program, once="order-1", email="a@example.com", join=join).status_code
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 200, 201]
    assert ConsentEntry.objects.count() == 1
