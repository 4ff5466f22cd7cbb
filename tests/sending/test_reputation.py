"""A sender that does harm over all its campaigns is stopped, until a person has decided."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.sending import steering, tasks, transport
from campaigns.sending.models import Alarm, Canary, DayTally, Delivery
from campaigns.sending.pacing import breakers, reputation
from campaigns.sending.querysets import signals, weeks
from campaigns.sending.querysets.signals import Answers
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender(workspace, sink):
    return stage.make_smtp_sender(workspace, sink.port)


def over_and_done(sender, people=150, **answers):
    """A campaign of the sender that is sent; no breaker of its own says anything about it."""
    campaign = stage.make_sending(sender.workspace, people=people, sender=sender)
    stage.taken(campaign, people, **answers)
    campaign.status = "sent"
    campaign.save(update_fields=["status"])
    return campaign


def under_way(sender, people=3):
    campaign = world.make_campaign(
        sender.workspace, sender=sender, lists=[world.make_list(sender.workspace)]
    )
    stage.make_many(sender.workspace, campaign.lists.get(), people, name=f"c{campaign.pk}-")
    stage.go(campaign)
    return campaign


def a_week_passes():
    DayTally.objects.update(day=F("day") - timedelta(days=7))


def stops(campaign):
    transport.work(campaign.pk, seconds=10)
    campaign.refresh_from_db()
    return (campaign.status, campaign.pause_cause) == ("paused", "sender")


def test_small_campaigns_that_bounce_together_stop_the_next_before_a_mail_leaves(sender, sink):
    for _ in range(2):
        over_and_done(sender, dead=8)
    campaign = under_way(sender)
    assert stops(campaign)
    assert sink.taken == []
    assert "16 of the 300 addresses that Acme News mailed in the last 7 days" in (
        campaign.pause_reason
    )
    assert breakers.look() == []
    [entry] = AuditEntry.objects.filter(action="breaker_tripped")
    assert (entry.details["sender"], entry.details["counted"]) == (sender.pk, 16)


@pytest.mark.parametrize(
    ("fact", "n", "trips"),
    [
        ("complained_at", 1, False),
        ("complained_at", 2, True),
        ("hard_bounced_at", 14, False),
        ("hard_bounced_at", 15, True),
    ],
)
def test_what_providers_tell_after_a_campaign_is_over_counts(sender, fact, n, trips):
    first, second = over_and_done(sender), over_and_done(sender)
    ids = stage.some(first, n // 2) + stage.some(second, n - n // 2)
    stage.told(ids, fact)
    stage.told(ids, fact)
    assert stops(under_way(sender)) == trips


def test_fewer_than_two_hundred_mails_say_nothing(sender):
    over_and_done(sender, people=199, dead=100)
    assert not stops(under_way(sender))
    over_and_done(sender, people=1)
    assert stops(under_way(sender))


def test_an_address_that_was_refused_at_the_door_and_told_of_counts_once(sender):
    campaign = over_and_done(sender, people=200, dead=6)
    mine = Delivery.objects.filter(pk__in=stage.some(campaign, 6))
    mine.update(state="failed", enhanced_code="5.1.1")
    stage.told(stage.some(campaign, 6), "hard_bounced_at")
    assert weeks.of(sender.pk) == weeks.Week(handed=200, dead=6, complaints=0)


def test_what_is_older_than_seven_days_is_past(sender):
    over_and_done(sender, people=300, dead=30)
    a_week_passes()
    assert not stops(under_way(sender))
    assert weeks.forget() == 1


def test_other_senders_go_on(sender, sink, workspace):
    over_and_done(sender, people=300, dead=30)
    other = stage.make_smtp_sender(workspace, sink.port)
    assert not stops(under_way(other))
    assert len(sink.taken) == 3


def test_all_that_the_sender_has_under_way_is_stopped_and_told_of_in_one_mail(
    sender, sink, member, system_server
):
    over_and_done(sender, people=300, dead=30)
    first, second = under_way(sender), under_way(sender)
    assert stops(first)
    second.refresh_from_db()
    assert (second.status, second.pause_cause) == ("paused", "sender")
    tasks.tell_owners()
    tasks.tell_owners()
    [letter] = system_server.taken
    subject = message_from_bytes(letter.content, policy=default)["Subject"]
    assert subject == "Mails from “Acme News” were stopped"
    assert b"30 of the 300 addresses" in letter.text
    assert b"Find out where the dead addresses came from" in letter.text
    for campaign in (first, second):
        assert f"/campaigns/{campaign.pk}/".encode() in letter.text
    assert f"/settings/senders/{sender.pk}/pace/".encode() in letter.text
    assert not Alarm.objects.filter(told_at=None).exists()


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


def test_a_sender_that_is_stopped_does_not_end_the_wait_of_a_first_few(sender, member):
    over_and_done(sender, people=300, dead=30)
    campaign = under_way(sender)
    Canary.objects.create(campaign=campaign, size=2)
    assert stops(campaign)
    assert steering.resume(campaign, by=member)
    assert Canary.objects.get().ended_at is None


def test_the_send_page_says_beforehand_that_it_would_be_stopped(sender, alice, workspace):
    over_and_done(sender, people=300, dead=30)
    draft = world.make_campaign(workspace, sender=sender, lists=[world.make_list(workspace)])
    stage.make_people(workspace, draft.lists.get(), 1)
    page = alice.get(reverse("sending:confirm", args=[draft.pk])).text
    assert "It would be stopped at once. Stopped because 30 of the 300 addresses" in page


def test_the_senders_page_shows_its_week(sender, alice):
    campaign = over_and_done(sender, people=300, dead=6)
    stage.told(stage.some(campaign, 1), "complained_at")
    page = alice.get(reverse("sending:pace", args=[sender.pk])).text
    assert "300 mails handed over" in page
    assert "6 addresses do not exist: 2.0 %" in page
    assert "1 report of spam: 0.33 %" in page


def test_asking_reads_none_of_the_mails_that_went_well(sender):
    campaign = over_and_done(sender, people=300)
    stage.told(stage.some(campaign, 2), "complained_at")
    campaign = under_way(sender, people=1)
    with CaptureQueriesContext(connection) as queries:
        reputation.warning(campaign)
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("EXPLAIN " + queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert "sending_delivery_harm" in plan
    assert "Seq Scan on sending_delivery" not in plan
