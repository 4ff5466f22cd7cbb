"""A member lets some of those stay who did not answer: they do not go with the others."""

import pytest
from django.urls import reverse

from campaigns.audience import staying
from campaigns.audience.bulk import running
from campaigns.audience.duplicates import uniting
from campaigns.audience.models import BulkEdit
from campaigns.composing.sunset import ending, sparing
from campaigns.composing.sunset.models import Spared
from tests import world
from tests.composing.sunset.rounds import loaded, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(asked):
    return reverse("composing:review_sunset", args=[asked.pk])


def spare(client, rule, *people, **more):
    url = reverse("composing:spare_from_sunset", args=[rule.pk])
    return client.post(url, {"person": [one.pk for one in people], **more}, follow=True)


def test_who_is_ticked_stays_and_all_others_go(alice, asked, crowd, news, page):
    ann = crowd[0]
    assert "Unsubscribe 3 people" in alice.get(page).text
    answer = spare(alice, asked, ann, stay="yes")
    assert "1 person stays" in answer.text and "Unsubscribe 2 people" in answer.text
    assert "ann@example.com" not in answer.text
    alice.post(page)
    assert on(news) == ["ann", "dee", "eve"]
    assert BulkEdit.objects.get().people == 2
    entry = asked.workspace.audit.get(action="sunset_spared")
    assert entry.details["people"] == 1 and entry.user is not None


def test_it_is_taken_back_on_the_same_page(alice, asked, crowd, page):
    spare(alice, asked, *crowd, stay="yes")
    shown = alice.get(page, {"show": "spared"}).text
    assert "ann@example.com" in shown and "Nobody is left to unsubscribe" in shown
    answer = spare(alice, asked, crowd[0])
    assert "Unsubscribe 1 person" in answer.text and "ann@example.com" in answer.text
    assert asked.workspace.audit.filter(action="sunset_spared_no_more").count() == 1


def test_only_who_did_not_answer_can_be_let_stay(alice, asked, crowd, make):
    strange = world.make_contact(world.make_workspace())
    staying.stay(crowd[0].pk, asked.campaign.pk)
    answer = spare(alice, asked, crowd[0], strange, make("fay"), stay="yes")
    assert "Nothing was changed" in answer.text and not Spared.objects.exists()


def test_when_the_round_is_over_nobody_is_let_stay(asked, crowd):
    before = loaded(asked)
    ending.unsubscribe(asked, None)
    assert sparing.spare(before, [crowd[0].pk]) == 0


def test_it_holds_where_the_round_ends_by_itself(asked, crowd, member, news):
    sparing.spare(asked, [crowd[1].pk])
    type(asked).objects.update(is_automatic=True, automatic_by=member)
    [edit_id] = ending.end_by_themselves()
    running.run(edit_id)
    assert on(news) == ["bob", "dee", "eve"]


def test_who_becomes_another_stays_as_that_one(asked, crowd, member, workspace):
    ann, bob, _cid = crowd
    sparing.spare(asked, [bob.pk])
    ann.refresh_from_db()
    bob.refresh_from_db()
    uniting.unite(ann, bob, {}, member)
    assert Spared.objects.get().contact == ann


def test_the_page_is_searched_and_sorted(alice, asked, page):
    found = alice.get(page, {"q": "bob", "sort": "-email"}).context["page"]
    assert [one.email for one in found] == ["bob@example.com"]
    found = alice.get(page, {"sort": "-email"}).context["page"]
    assert [one.first_name for one in found] == ["cid", "bob", "ann"]
