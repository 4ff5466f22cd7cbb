"""What one mailbox provider refuses holds its part alone, and each mail keeps its own time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import tasks
from campaigns.sending.models import Alarm, Delivery
from campaigns.sending.pacing import alarms, breakers
from campaigns.sending.querysets import holding
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
