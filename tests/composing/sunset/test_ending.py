"""A round ends: who said yes or was seen stays, who said nothing is let go, and that is undone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.audience import staying, unsubscribing
from campaigns.audience import tasks as audience_tasks
from campaigns.audience.bulk import running
from campaigns.audience.models import BulkEdit, ConsentEntry, Contact, Unsubscription
from campaigns.composing import tasks
from campaigns.composing.models import Campaign
from campaigns.composing.sunset import ending
from campaigns.composing.sunset.models import SunsetRule
from campaigns.sending.models import Delivery
from tests.composing.sunset.rounds import finish, loaded, on

pytestmark = pytest.mark.django_db


def ended(rule) -> BulkEdit:
    edit = ending.unsubscribe(rule, None)
    assert edit is not None
    return edit


def silent(rule):
    found = ending.silent(rule, rule.campaign).values_list("email", flat=True)
    return sorted(email.partition("@")[0] for email in found)


def test_who_says_yes_is_seen_or_leaves_is_not_silent(asked, crowd):
    ann, bob, cid = crowd
    assert silent(asked) == ["ann", "bob", "cid"]
    staying.stay(ann.pk, asked.campaign.pk)
    assert silent(asked) == ["bob", "cid"]
    Contact.objects.filter(pk=bob.pk).update(last_seen_on=timezone.now().date())
    assert silent(asked) == ["cid"]
    unsubscribing.unsubscribe(cid.pk, asked.campaign.pk, None, Unsubscription.Source.PAGE)
    assert silent(asked) == []
    assert ending.answers(asked, asked.campaign) == ending.Answers(3, 1, 0, 0)


def test_who_was_not_sent_the_mail_is_not_judged_by_it(asked, crowd):
    Delivery.objects.filter(campaign=asked.campaign, contact=crowd[0]).update(state="failed")
    assert silent(asked) == ["bob", "cid"]


def test_a_member_ends_the_round_by_one_button_and_takes_it_back(alice, asked, crowd, news):
    staying.stay(crowd[0].pk, asked.campaign.pk)
    page = alice.get(reverse("composing:review_sunset", args=[asked.pk])).text
    assert "bob@example.com" in page and "ann@example.com" not in page
    assert "Unsubscribe 2 people" in page
    answer = alice.post(reverse("composing:review_sunset", args=[asked.pk]))
    edit = BulkEdit.objects.get()
    assert answer.url == reverse("audience:bulk_edit", args=[edit.pk])
    assert on(news) == ["ann", "dee", "eve"]
    entry = asked.workspace.audit.get(action="sunset_ended")
    assert entry.details["people"] == 2 and entry.details["by_itself"] is False
    lines = ConsentEntry.objects.filter(purpose="mail", state="withdrawn")
    assert {line.contact_id for line in lines} == {crowd[1].pk, crowd[2].pk}
    assert all(line.evidence["asked_by"] == asked.campaign.pk for line in lines)
    assert all(line.source == "member" and line.actor is not None for line in lines)
    assert "2 unsubscribed" in alice.get(reverse("composing:hygiene")).text
    alice.post(reverse("audience:undo_bulk_edit", args=[edit.pk]))
    assert on(news) == ["ann", "bob", "cid", "dee", "eve"]
    last = ConsentEntry.objects.filter(contact=crowd[1], purpose="mail").latest("pk")
    assert last.state == "granted" and last.evidence["undone"] is True


def test_a_second_press_does_nothing(alice, asked, news):
    url = reverse("composing:review_sunset", args=[asked.pk])
    alice.post(url)
    assert "Nothing was changed" in alice.post(url, follow=True).text
    assert BulkEdit.objects.count() == 1
    assert ending.unsubscribe(asked, None) is None


def test_nobody_is_unsubscribed_before_their_time_is_over(alice, asked, news):
    finish(asked.campaign, days_ago=13)
    url = reverse("composing:review_sunset", args=[asked.pk])
    assert "Only then can you unsubscribe" in alice.get(url).text
    assert "Nothing was changed" in alice.post(url, follow=True).text
    assert len(on(news)) == 5
    Campaign.objects.filter(pk=asked.campaign.pk).update(status="sending", finished_at=None)
    assert ending.unsubscribe(loaded(asked), None) is None


def test_a_yes_that_comes_while_the_edit_waits_counts(asked, crowd, news):
    edit = ended(asked)
    staying.stay(crowd[0].pk, asked.campaign.pk)
    running.run(edit.pk)
    assert on(news) == ["ann", "dee", "eve"]


def test_a_yes_that_comes_too_late_brings_them_back(asked, crowd, news):
    edit = ended(asked)
    running.run(edit.pk)
    staying.stay(crowd[0].pk, asked.campaign.pk)
    assert on(news) == ["ann", "dee", "eve"]
    running.start_undo(BulkEdit.objects.get(pk=edit.pk))
    running.run(edit.pk)
    assert on(news) == ["ann", "bob", "cid", "dee", "eve"]


@pytest.fixture
def rings(monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(audience_tasks.run_bulk_edit, "delay", rung.append)
    return rung


def test_by_itself_nothing_ends(asked, news, rings):
    tasks.end_sunset_rounds()
    assert rings == [] and len(on(news)) == 5
    assert loaded(asked).campaign is not None


def test_where_a_member_switched_it_on_it_ends_by_itself_once(asked, member, news, rings):
    SunsetRule.objects.update(is_automatic=True, automatic_by=member)
    tasks.end_sunset_rounds()
    tasks.end_sunset_rounds()
    [edit_id] = rings
    running.run(edit_id)
    assert on(news) == ["dee", "eve"]
    entry = asked.workspace.audit.get(action="sunset_ended")
    assert entry.user == member and entry.details["by_itself"] is True


def test_by_itself_it_waits_for_the_time_to_answer(asked, member, news, rings):
    SunsetRule.objects.update(is_automatic=True, automatic_by=member)
    finish(asked.campaign, days_ago=13)
    tasks.end_sunset_rounds()
    assert rings == []


def test_a_round_may_end_without_anybody_unsubscribed(alice, asked, news):
    alice.post(reverse("composing:drop_sunset", args=[asked.pk]))
    assert loaded(asked).campaign is None and len(on(news)) == 5
    assert asked.workspace.audit.filter(action="sunset_dropped").count() == 1


def test_deleting_the_rule_changes_nobody(alice, asked, news):
    alice.post(reverse("composing:delete_sunset_rule", args=[asked.pk]))
    assert not SunsetRule.objects.exists() and len(on(news)) == 5
    assert Campaign.objects.filter(pk=asked.campaign.pk).exists()
