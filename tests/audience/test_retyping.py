"""A field's kind changes: what fits is turned, what does not stays, and nothing is lost."""

import pytest
from django.urls import reverse

from campaigns.audience import fields, retyping
from campaigns.audience.models import Change
from campaigns.audience.retyping import Wanted
from tests import world

VALUES = ["1.234,50", "12", "a dozen", "2026-11-26", "yes", "Yes", " no ", "26 November 2026"]


@pytest.fixture
def size(workspace):
    return workspace.contact_fields.create(key="size", label="Size")


@pytest.fixture
def people(workspace):
    return [
        world.make_contact(workspace, email=f"p{n}@example.com", fields={"size": value, "x": 1})
        for n, value in enumerate(VALUES)
    ]


def kept(people):
    for contact in people:
        contact.refresh_from_db()
    return [contact.fields["size"] for contact in people]


@pytest.mark.parametrize("step", [3, 5000])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("number", [1234.5, 12, *VALUES[2:]]),
        ("date", [*VALUES[:3], "2026-11-26", *VALUES[4:7], "2026-11-26"]),
        ("yes_no", [*VALUES[:4], True, True, False, VALUES[7]]),
        ("choice", [*VALUES[:2], VALUES[2], VALUES[3], "Yes", "Yes", "no", VALUES[7]]),
    ],
)
def test_what_fits_is_turned_and_the_rest_stays(
    size, member, people, monkeypatch, step, kind, expected
):
    monkeypatch.setattr(retyping, "STEP", step)
    wanted = Wanted(kind, ["Yes", "no"] if kind == "choice" else ())
    tried = retyping.trial(size, wanted)
    assert kept(people) == VALUES
    assert retyping.start(size, wanted, member) and not retyping.start(size, wanted, member)
    retyping.run(size.pk)
    retyping.run(size.pk)
    assert kept(people) == expected
    assert [contact.fields["x"] for contact in people] == [1] * len(people)
    size.refresh_from_db()
    assert (size.kind, size.is_retyping) == (kind, False)
    assert tried.fits + tried.misfits == len(VALUES)
    assert len(tried.some) == tried.misfits
    turned = {(change.contact_id, *change.details["field:size"]) for change in Change.objects.all()}
    assert turned == {
        (contact.pk, was, now)
        for contact, was, now in zip(people, VALUES, expected, strict=True)
        if was != now
    }


def test_whoever_stops_in_the_middle_is_followed(size, member, people, monkeypatch):
    monkeypatch.setattr(retyping, "STEP", 1)
    retyping.start(size, Wanted("number"), member)
    assert retyping._step(size.pk, 0) == people[0].pk
    rung: list[int] = []
    assert retyping.resume(rung.append) == 1 and rung == [size.pk]
    retyping.run(size.pk)
    assert kept(people)[:2] == [1234.5, 12]
    assert Change.objects.count() == 2
    assert retyping.resume(rung.append) == 0


def test_the_page_tries_tells_and_changes(alice, workspace, size, people):
    elsewhere = world.make_contact(world.make_workspace(), fields={"size": "12"})
    address = reverse("audience:retype_field", args=[size.pk])
    assert alice.get(address).status_code == 200
    page = alice.get(address, {"kind": "number"}).text
    assert "2 values fit." in page and "6 values do not fit" in page
    assert "“a dozen” is no number" in page
    file = alice.get(reverse("audience:field_misfits", args=[size.pk]), {"kind": "number"})
    rows = b"".join(file.streaming_content).decode().splitlines()
    assert len(rows) == 7 and "p2@example.com,a dozen," in rows[1]
    assert kept(people) == VALUES
    alice.post(address, {"kind": "number"})
    retyping.run(size.pk)
    assert kept(people)[:3] == [1234.5, 12, "a dozen"]
    assert workspace.audit.get().action == "field_retyped"
    elsewhere.refresh_from_db()
    assert elsewhere.fields == {"size": "12"}


def test_choices_left_empty_are_the_words_that_people_have(alice, workspace, size, people):
    page = alice.get(reverse("audience:retype_field", args=[size.pk]), {"kind": "choice"})
    assert page.context["trial"].misfits == 0
    assert page.context["wanted"].choices[0].lower() == "yes"
    assert len(page.context["wanted"].choices) == 7


@pytest.mark.parametrize(("role", "code"), [("reader", 403), ("marketer", 302), ("owner", 302)])
def test_who_may_change_kinds_and_take_fields_back(client, workspace, size, role, code):
    client.force_login(world.make_member(workspace, role=role))
    retype = reverse("audience:retype_field", args=[size.pk])
    assert client.get(retype).status_code == 200
    assert client.post(retype, {"kind": "number"}).status_code == code
    fields.leave(size)
    for name in ("restore_field", "strip_field"):
        fields.leave(size)
        assert client.post(reverse(f"audience:{name}", args=[size.pk])).status_code == code
