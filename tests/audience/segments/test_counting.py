"""Counting ends in time, and what a question names may be gone."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.audience import consent
from campaigns.audience.models import ConsentEntry, Field, Segment, Tag, Tagging
from campaigns.audience.segments import (
    applying,
    ast,
    building,
    compiling,
    counting,
    pages,
    querysets,
    sentences,
)
from tests import world
from tracking.models import Link

pytestmark = pytest.mark.django_db


def ask_slowly():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    return 1


def setting(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_given_up_and_leaves_nothing_behind():
    before = setting("statement_timeout"), setting("work_mem")
    assert querysets.within(50, ask_slowly) is None
    assert querysets.within(5_000, lambda: setting("statement_timeout")) == "5s"
    assert (setting("statement_timeout"), setting("work_mem")) == before


def segment(workspace, *of, match="all"):
    return Segment.objects.create(
        workspace=workspace,
        name=f"S{Segment.objects.count()}",
        question={"match": match, "of": list(of)},
    )


def test_a_saved_segment_is_counted(workspace):
    news = world.make_list(workspace)
    for on in (news, news, None):
        world.make_contact(workspace, on=on)
    one = segment(workspace, {"what": "list", "how": "on", "list": news.pk})
    counting.count_saved(one.pk)
    one.refresh_from_db()
    assert (one.people, one.unseen) == (2, 0)
    assert one.counted_at is not None


@pytest.mark.parametrize("match", ["all", "none"])
def test_nobody_is_found_when_what_is_asked_for_is_gone(workspace, match):
    contact = world.make_contact(workspace, fields={"shoe": 42})
    tag = Tag.objects.create(workspace=workspace, name="vip")
    Tagging.objects.create(workspace=workspace, tag=tag, contact=contact)
    field = Field.objects.create(workspace=workspace, key="shoe", label="Shoe", kind="number")
    news = world.make_list(workspace)
    for part, gone in [
        ({"what": "tag", "how": "has", "tag": tag.pk}, tag.delete),
        ({"what": "list", "how": "not_on", "list": news.pk}, news.delete),
        ({"what": "number_field", "how": "is", "field": field.pk, "value": 42}, field.delete),
    ]:
        one = segment(workspace, part, match=match)
        assert applying.people(one).exists() == (match == "all")
        gone()
        assert not applying.people(one).exists()
        assert pages.tell(one).gone
        assert applying.is_broken(one)


def test_a_field_of_another_kind_is_gone_too(workspace):
    world.make_contact(workspace, fields={"shoe": 42})
    field = Field.objects.create(workspace=workspace, key="shoe", label="Shoe", kind="number")
    one = segment(workspace, {"what": "number_field", "how": "known", "field": field.pk})
    assert applying.people(one).exists()
    Field.objects.filter(pk=field.pk).update(kind="text")
    assert not applying.people(one).exists()


def test_a_thing_of_another_workspace_is_as_good_as_gone(workspace):
    world.make_contact(workspace)
    strange = world.make_list(world.make_workspace())
    one = segment(workspace, {"what": "list", "how": "not_on", "list": strange.pk})
    assert not applying.people(one).exists()


def test_a_question_that_is_not_understood_any_more_finds_nobody(workspace):
    world.make_contact(workspace)
    one = segment(workspace, {"what": "horoscope", "how": "is", "value": "Leo"}, match="none")
    assert not applying.people(one).exists()
    assert not applying.outside(workspace.contacts.all(), [one]).exists()
    assert pages.tell(one).error


def test_who_was_last_seen_is_known_of_those_only_who_agreed(workspace):
    never_seen = world.make_contact(workspace, measuring="granted")
    world.make_contact(workspace, measuring="granted", last_seen_on=date(2026, 1, 5))
    unmeasured = world.make_contact(workspace)
    never = compiling.read({"match": "all", "of": [{"what": "seen", "how": "never"}]})
    assert compiling.people(workspace, never).get() == never_seen
    assert compiling.unseen(workspace, never).get() == unmeasured
    consent.refuse(never_seen, consent.Evidence(ConsentEntry.Source.MEMBER))
    assert not compiling.people(workspace, never).exists()


def test_a_question_that_cannot_be_asked_any_more_is_not_counted(workspace):
    one = segment(workspace, {"what": "shoe size", "how": "is", "value": 40})
    counting.count_saved(one.pk)
    one.refresh_from_db()
    assert (one.people, one.counted_at) == (None, None)


def of_links(workspace, count):
    """A question about a link in each of so many campaigns, and on as many lists."""
    parts = []
    for number in range(1, count + 1):
        campaign = world.make_campaign(workspace, name=f"No. {number}")
        Link.objects.create(
            workspace_id=workspace.pk,
            campaign_id=campaign.pk,
            number=number,
            url=f"https://example.com/{campaign.pk}",
        )
        clicked = {"what": "clicked", "how": "campaign", "campaign": campaign.pk, "link": number}
        news = world.make_list(workspace, name=f"List {campaign.pk}")
        parts += [clicked, {"what": "list", "how": "on", "list": news.pk}]
    return {"match": "any", "of": parts}


def queries(ask):
    with CaptureQueriesContext(connection) as found:
        ask()
    return len(found)


def test_more_links_ask_no_more_questions_to_be_told(workspace):
    one, many = (compiling.read(of_links(workspace, count)) for count in (1, 12))
    words = sentences.of(workspace.pk, many)
    asked = [part for part in ast.conditions(many) if part.what == "clicked"]
    ids = [part.values["campaign"] for part in asked]
    assert all(f"who clicked https://example.com/{pk} in “No. " in words for pk in ids)
    told = [queries(lambda each=each: sentences.of(workspace.pk, each)) for each in (one, many)]
    assert told[0] == told[1] == 3


def test_more_links_ask_no_more_questions_to_be_built(workspace):
    one, many = (of_links(workspace, count) for count in (1, 12))
    built = building.build(workspace, many)
    link = built.root.parts[-2].inputs[-1]
    assert link.value == "12" and not link.is_gone and len(link.choices) == 1
    counted = [
        queries(lambda asked=asked: building.build(workspace, asked)) for asked in (one, many)
    ]
    assert counted[0] == counted[1]


def test_links_of_another_workspace_are_not_told(workspace):
    question = compiling.read(of_links(world.make_workspace(), 1))
    assert "example.com" not in sentences.of(workspace.pk, question)
