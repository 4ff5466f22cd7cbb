"""Programs read lists, fields, contacts and segments, page by page, of their workspace alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.audience import suppression, tags
from campaigns.audience.models import Contact, Segment, Subscription
from tests import world
from tests.api import programs

pytestmark = pytest.mark.django_db

ON_ANY_LIST = {"match": "all", "of": [{"what": "list", "how": "on_any"}]}


def problem(response, kind: str) -> dict[str, Any]:
    """The problem that an answer is."""
    assert response["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["type"].endswith(f"#{kind}"), found
    assert found["status"] == response.status_code
    assert found["title"] and found["detail"]
    return found


def test_lists_tell_how_many_are_on_them(program, workspace):
    news = world.make_list(workspace, name="News")
    world.make_contact(workspace, on=news)
    gone = world.make_contact(workspace, on=news)
    gone.subscriptions.all().end()
    found = program.get("/api/v1/lists").json()
    assert [(one["name"], one["subscribed"], one["unsubscribed"]) for one in found["items"]] == [
        ("News", 1, 1)
    ]
    assert program.get(f"/api/v1/lists/{news.pk}").json() == found["items"][0]


def test_a_contact_tells_all_that_is_known(program, workspace):
    workspace.contact_fields.create(key="company", label="Company")
    news = world.make_list(workspace, name="News")
    ann = world.make_contact(
        workspace, on=news, email="ann@example.com", fields={"company": "Acme", "gone": 1}
    )
    tags.add(ann, "Press")
    suppression.suppress(workspace.pk, [ann.fingerprint], "manual")
    found = program.get(f"/api/v1/contacts/{ann.pk}").json()
    assert found["email"] == "ann@example.com"
    assert found["fields"] == {"company": "Acme"}
    assert found["tags"] == ["Press"]
    assert [(one["list"], one["status"], one["basis"]) for one in found["lists"]] == [
        (news.pk, "subscribed", "consent")
    ]
    assert found["measuring"] == {"opens": "unknown", "clicks": "unknown"}
    assert found["suppressed"] is True


def test_pages_have_everybody_once_whoever_comes_or_goes_meanwhile(program, workspace):
    moment = timezone.now()
    people = [world.make_contact(workspace) for _n in range(7)]
    for number, one in enumerate(people):
        # Some came at one moment, as an import's people do.
        Contact.objects.filter(pk=one.pk).update(created_at=moment - timedelta(minutes=number // 3))
    first = program.get("/api/v1/contacts?limit=3").json()
    world.make_contact(workspace)
    Contact.objects.filter(pk=first["items"][-1]["id"]).delete()
    seen, at = [one["id"] for one in first["items"]], first["next"]
    while at:
        page = program.get("/api/v1/contacts", {"limit": 3, "at": at}).json()
        seen += [one["id"] for one in page["items"]]
        at = page["next"]
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == {one.pk for one in people}


def test_a_place_whose_followers_are_gone_is_the_end_and_not_the_beginning(program, workspace):
    for _n in range(3):
        world.make_contact(workspace)
    first = program.get("/api/v1/contacts?limit=2").json()
    seen = [one["id"] for one in first["items"]]
    Contact.objects.exclude(pk__in=seen).delete()
    page = program.get("/api/v1/contacts", {"at": first["next"]}).json()
    assert page == {"items": [], "next": None}


def test_contacts_are_filtered_by_list_status_tag_segment_and_words(program, workspace):
    news, other = world.make_list(workspace), world.make_list(workspace)
    ann = world.make_contact(workspace, on=news, first_name="Annabel")
    bob = world.make_contact(workspace, on=news)
    Subscription.objects.filter(contact=bob).end()
    eve = world.make_contact(workspace)
    tags.add(eve, "Press")
    segment = Segment.objects.create(workspace=workspace, name="Any", question=ON_ANY_LIST)

    def ids(**query):
        return {one["id"] for one in program.get("/api/v1/contacts", query).json()["items"]}

    assert ids() == {ann.pk, bob.pk, eve.pk}
    assert ids(list=news.pk) == {ann.pk, bob.pk}
    assert ids(list=news.pk, status="unsubscribed") == {bob.pk}
    assert ids(status="subscribed") == {ann.pk}
    assert ids(list=other.pk) == set()
    assert ids(tag="press") == {eve.pk}
    assert ids(segment=segment.pk) == {ann.pk}
    assert ids(q="annab") == {ann.pk}


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("list=999999", "query.list"),
        ("tag=nothing", "query.tag"),
        ("segment=999999", "query.segment"),
        ("sort=email", "query.sort"),
        ("lst=5", "query.lst"),
        ("limit=501", "query.limit"),
        ("limit=2&limit=3", "query.limit"),
        ("at=nonsense", "query.at"),
        ("q=%00", "query.q"),
        ("status=gone", "query.status"),
        ("list=99999999999999999999", "query.list"),
    ],
)
def test_a_filter_that_makes_no_sense_finds_nobody_and_says_so(program, query, at):
    response = program.get(f"/api/v1/contacts?{query}")
    assert response.status_code == 422
    assert [one["at"] for one in problem(response, "invalid")["errors"]] == [at]


def test_a_filter_that_names_another_workspace_s_thing_is_refused(program):
    elsewhere = world.make_list(world.make_workspace())
    response = program.get(f"/api/v1/contacts?list={elsewhere.pk}")
    assert response.status_code == 422


def test_an_address_is_looked_up_in_a_body_that_no_log_has(program, workspace):
    ann = world.make_contact(workspace, email="ann@example.com")
    asked = {"email": "Ann@Example.com"}
    assert programs.send(program, "POST", "/api/v1/contacts/lookup", asked).json()["id"] == ann.pk
    former = world.make_contact(workspace, email="b@example.com")
    ann.mergers.create(workspace=workspace, merged_id=former.pk, email=former.email)
    former.delete()
    asked_by_it = {"email": "B@example.com"}
    found = programs.send(program, "POST", "/api/v1/contacts/lookup", asked_by_it)
    assert found.json()["id"] == ann.pk
    missed = programs.send(program, "POST", "/api/v1/contacts/lookup", {"email": "c@example.com"})
    problem(missed, "not-found")
    suppression.suppress_domains(workspace.pk, ["example.com"])
    found = programs.send(program, "POST", "/api/v1/suppressions/lookup", asked).json()
    assert found["suppressed"] is True
    assert [one["reason"] for one in found["reasons"]] == ["domain"]


def test_a_page_of_segments_asks_as_much_as_one_segment(program, workspace):
    """What they name is looked up for all at once, each sort of thing by one query."""

    def add(number: int) -> None:
        on, tag = world.make_list(workspace), workspace.tags.create(name=f"Tag {number}")
        of = [
            {"what": "list", "how": "on", "list": on.pk},
            {"what": "tag", "how": "has", "tag": tag.pk},
        ]
        question = {"match": "all", "of": of}
        Segment.objects.create(workspace=workspace, name=f"S{number}", question=question)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            rows = program.get("/api/v1/segments").json()["items"]
        assert all(f"Tag {n}" in row["sentence"] for n, row in enumerate(rows))
        assert len(rows) == Segment.objects.count()
        return len(queries)

    add(0)
    program.get("/api/v1/segments")
    alone = asked()
    for number in range(1, 8):
        add(number)
    assert asked() == alone


def test_segments_are_told_counted_paged_and_streamed(program, workspace):
    ann = world.make_contact(workspace, on=world.make_list(workspace), email="ann@example.com")
    world.make_contact(workspace)
    one = Segment.objects.create(workspace=workspace, name="Listed", question=ON_ANY_LIST)
    path = f"/api/v1/segments/{one.pk}"
    [row] = program.get("/api/v1/segments").json()["items"]
    assert row["name"] == "Listed" and not row["broken"] and row["sentence"]
    assert program.get(path).json()["question"] == ON_ANY_LIST
    assert program.get(f"{path}/count").json() == {"people": 1, "unseen": 0}
    assert [one["id"] for one in program.get(f"{path}/contacts").json()["items"]] == [ann.pk]
    file = program.get(f"{path}/contacts.csv")
    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert b"ann@example.com" in b"".join(file.streaming_content)


def test_a_question_is_tried_before_it_is_saved(program, workspace):
    world.make_contact(workspace, on=world.make_list(workspace))
    asked = {"question": ON_ANY_LIST}
    valid = programs.send(program, "POST", "/api/v1/segments/validate", asked).json()
    assert valid["valid"] is True and valid["sentence"]
    assert programs.send(program, "POST", "/api/v1/segments/count", asked).json()["people"] == 1
    wrong = {"question": {"match": "all", "of": [{"what": "list", "how": "sideways"}]}}
    told = programs.send(program, "POST", "/api/v1/segments/validate", wrong).json()
    assert (told["valid"], told["at"]) == (False, "0.how")
    refused = programs.send(program, "POST", "/api/v1/segments/count", wrong)
    assert problem(refused, "invalid")["errors"][0]["at"] == "body.question.0.how"
    assert not workspace.segments.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "not-understood"),
        (b'{"email": NaN}', "not-understood"),
        (b"\xff\xfe", "not-understood"),
        (b"[" * 5000, "not-understood"),
        (b'{"email": "a\\u0000@b.example"}', "invalid"),
        (b'{"email": "\\ud800@b.example"}', "invalid"),
        (b'{"email": 5}', "invalid"),
        (b'{"email": "a@b.example", "more": 1}', "invalid"),
        (b"", "invalid"),
        (b'"text"', "invalid"),
    ],
)
def test_a_body_that_makes_no_sense_is_answered_in_words(program, body, kind):
    response = program.generic("POST", "/api/v1/contacts/lookup", body, "application/json")
    problem(response, kind)


def test_what_is_no_json_by_its_own_word_is_not_read(program):
    response = program.post("/api/v1/contacts/lookup", {"email": "a@b.example"})
    problem(response, "not-understood")


def test_addresses_that_lead_nowhere_and_methods_that_are_not_offered_are_problems(program):
    problem(program.get("/api/v1/nothing"), "not-found")
    problem(program.get("/api/v1/contacts/"), "not-found")
    problem(program.get("/api/v1/contacts/0"), "not-found")
    problem(program.get(f"/api/v1/contacts/{10**30}"), "not-found")
    refused = program.delete("/api/v1/tags")
    problem(refused, "method-not-allowed")
    assert refused["Allow"] == "GET"


def test_a_page_of_contacts_takes_a_fixed_number_of_questions(
    program, workspace, django_assert_num_queries
):
    news = world.make_list(workspace)
    for _n in range(5):
        tags.add(world.make_contact(workspace, on=news), "Press")
    # The key, its count; ids, contacts, their lists and tags; the fields.
    with django_assert_num_queries(7):
        assert len(program.get("/api/v1/contacts").json()["items"]) == 5
