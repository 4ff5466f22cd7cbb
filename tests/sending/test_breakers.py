"""Breakers trip at their figures, soon, and hold no more than they have to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.accounts.models import AuditEntry, Provider
from campaigns.composing.models import Campaign
from campaigns.sending import steering, tasks
from campaigns.sending.claiming import Claim
from campaigns.sending.models import Alarm, Delivery, Tally
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import answers, breakers
from campaigns.sending.querysets import moves
from campaigns.sending.querysets.signals import Answers
from tests import world
from tests.sending import provider_stub, stage
from tests.sending.telling import postmark_event, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_six_of_a_hundred_dead_addresses_pause_it_at_the_next_tick(draft, sink, rung):
    stage.join(draft, {"fine": 270, "rcpt-550": 18})
    # What is left when the tick comes: nobody of these gets it.
    stage.join(draft, {"late": 20})
    stage.go(draft)
    stage.spread_out(draft)
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.filter(address__startswith="late").update(next_at=later)
    stage.send(draft)
    assert draft.status == Campaign.Status.SENDING
    tasks.tick()
    draft.refresh_from_db()
    assert (draft.status, draft.pause_cause) == (Campaign.Status.PAUSED, "breaker")
    assert "18 of 288 addresses do not exist (6.2 %)" in draft.pause_reason
    assert stage.states(draft)["pending"] == 20
    entry = AuditEntry.objects.get(action="breaker_tripped")
    assert (entry.user, entry.details["counted"], entry.details["handed"]) == (None, 18, 288)


def test_bounces_that_a_provider_tells_count_as_well(workspace):
    campaign = stage.handed_over(workspace, people=300)
    for pk in stage.some(campaign, 18):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    [alarm] = breakers.look()
    assert (alarm.cause, alarm.counted, alarm.handed) == ("hard_bounces", 18, 300)


@pytest.mark.parametrize(("complaints", "trips"), [(1, False), (2, True)])
def test_four_complaints_in_a_thousand_pause_it(workspace, complaints, trips):
    campaign = stage.handed_over(workspace, people=500)
    for pk in stage.some(campaign, complaints):
        moves.note_fact(pk, "complained_at", timezone.now())
    found = breakers.look()
    campaign.refresh_from_db()
    assert [alarm.cause for alarm in found] == (["complaints"] if trips else [])
    assert (campaign.status == "paused") == trips
    if trips:
        assert "2 of 500 people reported the mail as spam (0.4 %)" in campaign.pause_reason


def test_complaints_that_come_in_through_a_providers_door_pause_what_it_sends(
    client, workspace, settings, rung
):
    settings.ALLOW_PRIVATE_HOSTS = True
    with provider_stub.running() as stub:
        provider = Provider(workspace=workspace, name="Postmark", kind="postmark")
        provider.credentials = {"server_token": "token", "api_url": f"{stub.url}/postmark/"}
        provider.save()
        campaign = world.make_campaign(
            workspace,
            sender=world.make_sender(workspace, provider=provider),
            lists=[world.make_list(workspace)],
        )
        stage.make_many(workspace, campaign.lists.get(), 500)
        stage.go(campaign)
        Delivery.objects.filter(pk__in=stage.some(campaign, 20)).update(
            next_at=timezone.now() + timedelta(hours=1)
        )
        stage.send(campaign)
        assert len(stub.accepted) == 480
    sent = Delivery.objects.filter(campaign=campaign, state="sent")
    for delivery in sent[:2]:
        event = postmark_event(delivery, "SpamComplaint", ID=delivery.pk, Email=delivery.address)
        assert tell(client, provider, event).status_code == 200
        assert tell(client, provider, event).status_code == 200
    tasks.tick()
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_cause) == ("paused", "breaker")
    assert "2 of 480 people reported the mail as spam" in campaign.pause_reason
    assert stage.states(campaign)["pending"] == 20


@pytest.mark.parametrize("fact", ["hard_bounced_at", "complained_at"])
def test_fewer_than_two_hundred_say_nothing(workspace, fact):
    campaign = stage.handed_over(workspace, people=199)
    Delivery.objects.filter(campaign=campaign).update(**{fact: timezone.now()})
    assert breakers.look() == []
    stage.make_delivery(campaign, world.make_contact(workspace, on=campaign.lists.get()))
    stage.taken(campaign, 1)
    assert len(breakers.look()) == 1


@pytest.mark.parametrize(
    ("heard", "trips"),
    [
        ({"dead": 14}, False),
        ({"dead": 15}, True),
        ({"errors": 29}, False),
        ({"errors": 30}, True),
        ({"blocked": 29}, False),
        ({"blocked": 30}, True),
    ],
)
def test_the_figures_at_which_they_trip(workspace, heard, trips):
    campaign = stage.make_sending(workspace, people=300)
    stage.taken(campaign, 300, **heard)
    assert bool(breakers.look()) == trips


@pytest.mark.parametrize(
    ("verdict", "code", "enhanced", "counts"),
    [
        (Verdict.SENT, 250, "2.0.0", Answers(handed=1)),
        (Verdict.REFUSED, 550, "5.1.1", Answers(handed=1, dead=1)),
        (Verdict.REFUSED, 554, "5.7.1", Answers(handed=1, blocked=1)),
        (Verdict.DEFERRED, 451, "4.7.1", Answers(handed=1, blocked=1)),
        (Verdict.REFUSED, 552, "5.3.4", Answers(handed=1, errors=1)),
        (Verdict.UNKNOWN, None, "", Answers(handed=1, errors=1)),
        # Full mailboxes, and servers that are busy, are nobody's fault.
        (Verdict.DEFERRED, 452, "4.2.2", None),
        (Verdict.UNTRIED, None, "", None),
    ],
)
def test_what_an_answer_counts_as(workspace, verdict, code, enhanced, counts):
    campaign = stage.make_sending(workspace, people=1)
    [row] = Claim(campaign.pk, 1).rows
    answers.add_up(campaign.pk, [(row, Outcome(verdict, code, enhanced))], age=0)
    found = Tally.objects.values("handed", "dead", "blocked", "errors").first()
    assert found == (asdict(counts) if counts else None)


def test_resuming_counts_anew(workspace, sink):
    campaign = stage.handed_over(workspace, people=300)
    for pk in stage.some(campaign, 30):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    assert len(breakers.look()) == 1
    campaign.refresh_from_db()
    campaign.sender = stage.make_smtp_sender(workspace, sink.port)
    campaign.save(update_fields=["sender"])
    assert steering.resume(campaign)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.pause_cause) == ("sending", "")
    # The old ones, and what is told of them later, are over and done with.
    for pk in stage.some(campaign, 60):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())
    assert breakers.look() == []
    for contact in stage.make_people(workspace, campaign.lists.get(), 200):
        stage.make_delivery(campaign, contact)
    stage.taken(campaign, 200)
    new = campaign.deliveries.order_by("-pk").values("pk")[:10]
    Delivery.objects.filter(pk__in=new).update(hard_bounced_at=timezone.now())
    [alarm] = breakers.look()
    assert (alarm.counted, alarm.handed) == (10, 200)


def test_two_ticks_at_once_raise_one_alarm(workspace):
    campaign = stage.handed_over(workspace, people=300)
    for pk in stage.some(campaign, 30):
        moves.note_fact(pk, "hard_bounced_at", timezone.now())

    def beat(_n):
        try:
            return len(breakers.look())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(beat, range(4))) == 1
    assert Alarm.objects.count() == AuditEntry.objects.count() == 1
