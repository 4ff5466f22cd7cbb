"""A new sender's cap doubles from day to day, while nothing is wrong."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.sending import launch, steering, transport
from campaigns.sending.models import Alarm, Ramp, Throttle
from campaigns.sending.models.pace import PARTS
from campaigns.sending.pacing import ramps
from campaigns.sending.querysets import throttling
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def send(sender, n):
    """Let `n` mails go out, as far as the cap allows."""
    return throttling.take(sender.pk, {"other": n}).granted["other"]


def a_day_passes():
    Ramp.objects.update(stepped_at=F("stepped_at") - timedelta(days=1))
    Alarm.objects.update(raised_at=F("raised_at") - timedelta(days=1))
    Throttle.objects.update(slot=F("slot") - PARTS - 1)


def test_it_begins_once_and_doubles_day_by_day(sender):
    assert ramps.begin(sender)
    assert not ramps.begin(sender)
    caps = []
    for _ in range(8):
        caps.append(send(sender, 100_000))
        assert ramps.advance() == 0
        a_day_passes()
        assert ramps.advance() == 1
        assert ramps.advance() == 0
    assert caps == [50, 100, 200, 400, 800, 1500, 3000, 6000]
    assert AuditEntry.objects.filter(action="ramp_raised").count() == 8


def test_a_day_that_was_hardly_used_teaches_nothing(sender):
    ramps.begin(sender)
    send(sender, 24)
    a_day_passes()
    assert ramps.advance() == 0
    # Monday after Monday is as good as day after day.
    send(sender, 1)
    assert ramps.advance() == 1


def test_it_waits_while_something_is_wrong_and_for_a_day_after(sender, workspace):
    ramps.begin(sender)
    send(sender, 50)
    campaign = world.make_campaign(workspace, sender=sender, status="paused")
    alarm = Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    a_day_passes()
    a_day_passes()
    assert ramps.advance() == 0
    Alarm.objects.filter(pk=alarm.pk).update(lifted_at=timezone.now())
    assert ramps.advance() == 1
    send(sender, 100)
    a_day_passes()
    Alarm.objects.filter(pk=alarm.pk).update(raised_at=timezone.now())
    assert ramps.advance() == 0


def test_an_alarm_of_a_campaign_that_is_over_holds_nothing_up(sender, workspace):
    ramps.begin(sender)
    send(sender, 50)
    campaign = world.make_campaign(workspace, sender=sender, status="paused")
    Alarm.objects.create(campaign=campaign, cause="complaints", counted=3, handed=900)
    for _ in range(2):
        a_day_passes()
    assert ramps.advance() == 0
    assert steering.cancel(campaign)
    assert ramps.advance() == 1


def test_after_the_last_step_nothing_is_capped(sender):
    ramps.begin(sender)
    Ramp.objects.update(step=len(ramps.STEPS) - 1)
    Throttle.objects.update(most=ramps.STEPS[-1])
    send(sender, 96_000)
    a_day_passes()
    assert ramps.advance() == 1
    assert not Ramp.objects.exists()
    assert not Throttle.objects.exists()


def test_ending_it_lifts_the_cap_and_leaves_own_limits(sender):
    throttling.set_limit(sender.pk, mailbox="", kind="limit", period=3600, most=7)
    ramps.begin(sender)
    assert ramps.end(sender)
    assert not ramps.end(sender)
    assert [throttle.most for throttle in Throttle.objects.all()] == [7]


def test_a_campaign_goes_out_cap_by_cap(draft, sink):
    ramps.begin(draft.sender)
    stage.make_many(draft.workspace, draft.lists.get(), 120)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    assert transport.work(draft.pk, seconds=20) is False
    assert len(sink.taken) == 50
    a_day_passes()
    ramps.advance()
    draft.deliveries.pending().update(next_at=timezone.now())
    transport.work(draft.pk, seconds=20)
    assert len(set(sink.recipients())) == len(sink.recipients()) == 120
