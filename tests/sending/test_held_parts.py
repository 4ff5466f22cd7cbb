"""What one mailbox provider refuses holds its part alone, and each mail keeps its own time."""

import threading
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.composing.models import Campaign
from campaigns.sending import steering, tasks
from campaigns.sending.claiming import Claim
from campaigns.sending.models import Alarm, Delivery
from campaigns.sending.pacing import alarms, breakers, parts
from campaigns.sending.pacing.gates import Brakes
from campaigns.sending.querysets import holding, moves
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_one_mailbox_provider_refuses_is_measured_against_its_own_part(workspace):
    campaign = stage.make_sending(workspace, people=0)
    stage.taken(campaign, 199, "gmail", blocked=100)
    stage.taken(campaign, 5000, "other", blocked=400)
    stage.taken(campaign, 300, "yahoo", blocked=30)
    [alarm] = breakers.look()
    assert (alarm.mailbox, alarm.counted, alarm.handed) == ("yahoo", 30, 300)
    assert breakers.look() == []


def test_a_provider_that_blocks_holds_its_own_part_only(draft, sink, rung, settings):
    settings.SEND_CONNECTIONS = 2
    stage.join(draft, {"fine": 220, "slow-down": 30}, domain="gmail.com")
    stage.join(draft, {"fine": 60, "late": 10})
    stage.join(draft, {"late": 10}, domain="gmail.com")
    stage.go(draft)
    stage.spread_out(draft)
    # Slowing down is another matter: it would take hours to get to the threshold.
    for _ in range(20):
        late = Delivery.objects.filter(address__startswith="late")
        late.update(next_at=timezone.now() + timedelta(hours=1))
        waiting = Delivery.objects.pending().exclude(address__startswith="late")
        waiting.filter(code=None).update(next_at=timezone.now())
        draft.sender.throttles.all().delete()
        stage.send(draft)
    before = set(sink.recipients())
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENDING
    [alarm] = Alarm.objects.all()
    assert (alarm.cause, alarm.mailbox, alarm.counted, alarm.handed) == ("blocks", "gmail", 30, 250)
    assert holding.count_held(draft.pk, "gmail") == 40
    # The moment comes for all that wait: the others go on, these do not.
    held = Delivery.objects.pending().filter(domain="gmail.com")
    Delivery.objects.pending().exclude(pk__in=held).update(next_at=timezone.now())
    stage.send(draft)
    assert {a.partition("@")[2] for a in set(sink.recipients()) - before} == {"example.com"}
    assert draft.status == Campaign.Status.SENDING
    tasks.tick()
    assert Alarm.objects.count() == 1


def test_a_part_that_may_go_on_goes_on_at_its_own_time(workspace, member):
    campaign = stage.make_sending(workspace, people=0)
    soon, later = timezone.now(), timezone.now() + timedelta(hours=5)
    for n, at in enumerate([soon, later]):
        contact = world.make_contact(workspace, email=f"{n}@gmail.com")
        stage.make_delivery(campaign, contact, next_at=at)
    Alarm.objects.create(campaign=campaign, cause="blocks", mailbox="gmail", counted=30, handed=250)
    assert holding.hold(campaign.pk, "gmail") == 2
    assert holding.hold(campaign.pk, "gmail") == 0
    assert not Delivery.objects.claimable().exists()
    assert alarms.lift_part(campaign.pk, "gmail", by=member)
    assert not alarms.lift_part(campaign.pk, "gmail", by=member)
    assert list(Delivery.objects.order_by("next_at").values_list("next_at", flat=True)) == [
        soon,
        later,
    ]


def test_what_a_worker_held_while_its_part_was_stopped_waits_as_well(draft, sink):
    stage.join(draft, {"fine": 20}, domain="gmail.com")
    stage.join(draft, {"fine": 20})
    stage.go(draft)
    Alarm.objects.create(campaign=draft, cause="blocks", mailbox="gmail", counted=30, handed=250)
    stage.send(draft)
    assert len(sink.taken) == 20
    assert holding.count_held(draft.pk, "gmail") == 20


@pytest.fixture
def held(draft, sink, rung):
    """A campaign to 130 people at Gmail, whose part is held, and to nobody else who waits."""
    stage.join(draft, {"fine": 130}, domain="gmail.com")
    stage.go(draft)
    Alarm.objects.create(
        campaign=draft,
        cause="blocks",
        mailbox="gmail",
        counted=30,
        handed=250,
        retry_at=timezone.now() + timedelta(hours=4),
    )
    holding.hold(draft.pk, "gmail")
    return draft


def its_time_comes():
    Alarm.objects.update(retry_at=timezone.now())
    tasks.tick()


def test_a_part_that_is_stopped_says_when_it_is_tried_again(workspace):
    campaign = stage.make_sending(workspace, people=0)
    stage.taken(campaign, 300, "yahoo", blocked=30)
    breakers.look()
    alarm = Alarm.objects.get()
    assert alarm.retry_at is not None
    assert timedelta(hours=3.9) < alarm.retry_at - timezone.now() <= timedelta(hours=4)


def test_a_few_are_tried_after_some_hours_and_then_more_and_then_all(held, sink):
    tasks.tick()
    stage.send(held)
    assert sink.taken == []
    counts = []
    for _ in range(3):
        its_time_comes()
        stage.send(held)
        counts.append(len(sink.taken))
        # Not before some minutes have passed.
        tasks.tick()
        stage.send(held)
        assert len(sink.taken) == counts[-1]
    assert counts == [20, 80, 130]
    assert held.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 130


def test_when_enough_went_well_all_of_it_follows(held, sink, monkeypatch):
    monkeypatch.setattr(parts, "CONVINCING", 20)
    its_time_comes()
    stage.send(held)
    its_time_comes()
    alarm = Alarm.objects.get()
    assert (alarm.lifted_by, alarm.tries) == (None, 1)
    assert alarm.lifted_at is not None
    stage.send(held)
    assert (held.status, len(sink.taken)) == ("sent", 130)
    made = AuditEntry.objects.filter(action__startswith="mailbox_").order_by("pk")
    assert [(entry.action, entry.user) for entry in made] == [
        ("mailbox_tried", None),
        ("mailbox_resumed", None),
    ]


def test_who_is_refused_again_waits_longer_and_at_last_for_a_person(held, sink, member):
    refused = Delivery.objects.filter(pk__in=stage.some(held, 130)).order_by("pk")
    refused.update(address="slow-down-1@gmail.com")
    for tries, hours in [(1, 8), (2, 16), (3, 24)]:
        its_time_comes()
        held.sender.throttles.all().delete()
        stage.send(held)
        assert holding.count_held(held.pk, "gmail") == 110
        tasks.tick()
        alarm = Alarm.objects.get()
        assert (alarm.released, alarm.tries, alarm.counted, alarm.handed) == (0, tries, 20, 20)
        assert alarm.retry_at is not None
        wait = alarm.retry_at - timezone.now()
        assert timedelta(hours=hours - 0.1) < wait <= timedelta(hours=hours)
        assert holding.count_held(held.pk, "gmail") == 130
        Delivery.objects.update(next_at=F("next_at") - timedelta(hours=1))
    its_time_comes()
    held.sender.throttles.all().delete()
    stage.send(held)
    tasks.tick()
    assert Alarm.objects.get().retry_at is None
    tasks.tick()
    assert holding.count_held(held.pk, "gmail") == 130
    assert alarms.lift_part(held.pk, "gmail", by=member)
    assert Delivery.objects.claimable().count() > 0


def test_two_of_the_few_that_a_provider_tells_to_be_blocked_stop_it_at_once(held, sink):
    its_time_comes()
    stage.send(held)
    for pk in Delivery.objects.filter(state="sent").values_list("pk", flat=True)[:2]:
        moves.note_fact(pk, "blocked_at", timezone.now())
    tasks.tick()
    alarm = Alarm.objects.get()
    assert (alarm.released, alarm.counted, alarm.handed) == (0, 2, 20)
    assert holding.count_held(held.pk, "gmail") == 110


def test_a_campaign_that_is_paused_tries_nothing(held, sink):
    assert steering.pause(held)
    its_time_comes()
    assert Alarm.objects.get().tries == 0


def test_a_small_part_is_tried_as_a_whole(draft, sink, rung):
    stage.join(draft, {"fine": 3}, domain="gmail.com")
    stage.go(draft)
    Alarm.objects.create(campaign=draft, cause="blocks", mailbox="gmail", counted=30, handed=250)
    holding.hold(draft.pk, "gmail")
    its_time_comes()
    stage.send(draft)
    assert (draft.status, len(sink.taken)) == ("sent", 3)


def test_what_a_worker_still_held_back_when_its_part_was_let_go_is_let_go_as_well(
    held, sink, member
):
    brakes = Brakes(held, held.sender.provider_id, threading.Event())
    assert alarms.lift_part(held.pk, "gmail", by=member)
    claim = Claim(held.pk, 30)
    gate = brakes.gate(claim)
    assert gate.next(claim.rows, 30)[0] == []
    gate.close()
    claim.give_back()
    assert holding.count_held(held.pk, "gmail") == 30
    tasks.tick()
    stage.send(held)
    assert (held.status, len(sink.taken)) == ("sent", 130)


def test_the_few_that_a_worker_still_held_back_are_tried_later(held, sink):
    brakes = Brakes(held, held.sender.provider_id, threading.Event())
    its_time_comes()
    claim = Claim(held.pk, 30)
    gate = brakes.gate(claim)
    gate.next(claim.rows, 30)
    gate.close()
    claim.give_back()
    assert holding.count_held(held.pk, "gmail") == 130
    its_time_comes()
    stage.send(held)
    assert len(sink.taken) == 20
