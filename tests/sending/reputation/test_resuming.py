"""A person lets a stopped sender go on: what they have seen is not held against it again."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.sending import steering, tasks
from campaigns.sending.models import Alarm, Delivery
from campaigns.sending.pacing import breakers, reputation
from campaigns.sending.querysets import signals, weeks
from campaigns.sending.querysets.signals import Answers
from tests import world
from tests.sending import stage
from tests.sending.reputation.weeks_of_mail import (
    over_and_done,
    stops,
    under_way,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _unrung(monkeypatch):
    monkeypatch.setattr(tasks, "ring_send", lambda campaign_id: None)


@pytest.mark.usefixtures("_unrung")
def test_a_person_resumes_it_and_the_old_facts_do_not_count_again(sender, sink, alice, member):
    old = over_and_done(sender, people=300)
    stage.told(stage.some(old, 20), "hard_bounced_at")
    first, second = under_way(sender), under_way(sender)
    assert stops(first)
    page = " ".join(alice.get(reverse("sending:campaign", args=[first.pk])).text.split())
    why = "Stopped because 20 of the 300 addresses that Acme News mailed in the last 7 days"
    assert f'name="ask" value="{why}' in page
    assert "Find out where the dead addresses came from" in page
    alice.post(reverse("sending:resume", args=[first.pk]))
    entry = AuditEntry.objects.get(action="campaign_resumed")
    assert (entry.user, entry.details["after"]) == (member, "sender")
    assert {alarm.lifted_by for alarm in Alarm.objects.all()} == {member}
    # What is told now of mails from before the decision was decided about as well.
    stage.told(stage.some(old, 60), "hard_bounced_at")
    stage.send(first)
    assert first.status == "sent"
    assert len(sink.taken) == 3
    # The other one waits for its own word, and is not stopped a second time.
    second.refresh_from_db()
    assert second.status == "paused"
    alice.post(reverse("sending:resume", args=[second.pk]))
    stage.send(second)
    assert second.status == "sent"


@pytest.mark.usefixtures("_unrung")
def test_one_decision_resumes_all_that_was_stopped_with_the_sender(sender, sink, client, alice):
    over_and_done(sender, people=300, dead=30)
    first, second = under_way(sender), under_way(sender)
    by_hand = under_way(sender)
    assert steering.pause(by_hand, "Paused by Alice.")
    assert stops(first)
    page = alice.get(reverse("sending:campaign", args=[first.pk])).text
    address = reverse("sending:resume_sender", args=[sender.pk])
    assert "2 campaigns of Acme News were stopped together" in page
    assert f'action="{address}"' in page
    marketer = world.make_member(sender.workspace, role="marketer")
    client.force_login(marketer)
    page = client.get(reverse("sending:pace", args=[sender.pk])).text
    assert f'action="{address}"' in page
    assert first.name in page
    assert second.name in page
    assert by_hand.name not in page
    answer = client.post(address, follow=True).text
    assert "2 campaigns go on." in answer
    assert "Stopped with this sender" not in answer
    entries = AuditEntry.objects.filter(action="campaign_resumed", user=marketer)
    assert {entry.details["campaign"] for entry in entries} == {first.pk, second.pk}
    assert {entry.details["after"] for entry in entries} == {"sender"}
    assert {alarm.lifted_by for alarm in Alarm.objects.all()} == {marketer}
    for campaign in (first, second):
        stage.send(campaign)
        assert campaign.status == "sent"
    by_hand.refresh_from_db()
    assert by_hand.status == "paused"
    client.post(address)
    assert entries.count() == 2


@pytest.mark.usefixtures("_unrung")
def test_one_that_cannot_go_on_is_named_and_keeps_no_other(sender, sink, alice):
    over_and_done(sender, people=300, dead=30)
    first, second = under_way(sender), under_way(sender)
    assert stops(first)
    first.subject = ""
    first.save(update_fields=["subject"])
    address = reverse("sending:resume_sender", args=[sender.pk])
    answer = alice.post(address, follow=True).text
    assert "1 campaign goes on." in answer
    assert f"“{first.name}”: " in answer
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("paused", "sending")


def test_readers_and_strangers_resume_nothing(sender, client, stranger):
    over_and_done(sender, people=300, dead=30)
    campaign = under_way(sender)
    assert stops(campaign)
    address = reverse("sending:resume_sender", args=[sender.pk])
    client.force_login(world.make_member(sender.workspace, role="reader"))
    assert client.post(address).status_code == 403
    assert address not in client.get(reverse("sending:campaign", args=[campaign.pk])).text
    assert stranger.post(address).status_code == 404
    campaign.refresh_from_db()
    assert campaign.status == "paused"


def test_new_facts_stop_it_again(sender, workspace, member):
    over_and_done(sender, people=300, dead=30)
    campaign = under_way(sender)
    assert stops(campaign)
    assert steering.resume(campaign, by=member)
    over_and_done(sender, people=200, dead=9)
    assert not reputation.warning(campaign)
    over_and_done(sender, people=10, dead=2)
    assert stops(campaign)
    assert "11 of the 210 addresses" in campaign.pause_reason


def test_a_campaign_that_a_person_resumed_does_not_stop_its_sender(sender, member):
    """They have seen these mails' figures; those of its other campaigns still count."""
    over_and_done(sender, people=300, dead=10)
    bad = under_way(sender, people=220)
    Delivery.objects.filter(campaign=bad, pk__in=stage.some(bad, 20)).update(
        next_at=timezone.now() + timedelta(hours=1)
    )
    signals.add(bad.pk, {"other": Answers(handed=200, dead=20)}, age=1)
    [alarm] = breakers.look()
    assert alarm.sender_id is None
    assert weeks.of(sender.pk).dead == 30
    bad.refresh_from_db()
    assert steering.resume(bad, by=member)
    assert weeks.of(sender.pk) == weeks.Week(handed=300, dead=10, complaints=0)
    assert not stops(bad)
