"""A campaign that was sent goes to those who joined since, and to nobody twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.audience import unsubscribing
from campaigns.audience.models import Subscription, Suppression
from campaigns.composing.models import Campaign
from campaigns.sending import again, launch, steering, transport
from campaigns.sending.models import Canary, Delivery, Tally
from campaigns.sending.pacing import breakers, canary
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def send(campaign):
    while transport.work(campaign.pk, seconds=20):
        pass
    campaign.refresh_from_db()


@pytest.fixture
def sent(draft, sink):
    stage.make_many(draft.workspace, draft.lists.get(), 12)
    launch.launch(draft)
    launch.prepare(draft.pk)
    send(draft)
    assert draft.status == Campaign.Status.SENT
    return draft


def test_who_joined_since_gets_it_and_nobody_else_again(sent, sink):
    stage.make_many(sent.workspace, sent.lists.get(), 5, name="new")
    assert again.count_joined(sent) == 5
    assert again.send_to_joined(sent) == 5
    sent.refresh_from_db()
    assert (sent.status, sent.finished_at) == (Campaign.Status.SENDING, None)
    send(sent)
    assert sent.status == Campaign.Status.SENT
    assert len(sink.recipients()) == len(set(sink.recipients())) == 17
    assert again.count_joined(sent) == 0


def test_when_nobody_joined_nothing_changes(sent):
    before = Campaign.objects.values().get()
    assert again.send_to_joined(sent) == 0
    assert Campaign.objects.values().get() == before


def test_an_address_that_got_it_gets_it_once_whoever_has_it_now(sent):
    got = Delivery.objects.order_by("pk")[0]
    assert got.contact
    got.contact.delete()
    world.make_contact(sent.workspace, on=sent.lists.get(), email=got.address)
    assert again.count_joined(sent) == 0
    assert again.send_to_joined(sent) == 0


def test_who_could_not_be_mailed_then_and_can_now_is_among_them(sent):
    away = world.make_contact(sent.workspace, on=sent.lists.get())
    stopped = world.make_contact(sent.workspace, on=sent.lists.get())
    Subscription.objects.filter(contact=away).update(
        status="unsubscribed", unsubscribed_at=timezone.now()
    )
    Suppression.objects.create(
        workspace=sent.workspace, fingerprint=stopped.fingerprint, reason="manual"
    )
    assert again.count_joined(sent) == 0
    Subscription.objects.filter(contact=away).update(status="subscribed", unsubscribed_at=None)
    assert again.count_joined(sent) == 1
    Suppression.objects.all().delete()
    assert again.send_to_joined(sent) == 2


def test_who_left_before_their_turn_and_came_back_is_among_them(draft, sink):
    stage.make_many(draft.workspace, draft.lists.get(), 3)
    launch.launch(draft)
    launch.prepare(draft.pk)
    leaver = Delivery.objects.order_by("pk")[1]
    assert leaver.contact_id
    unsubscribing.unsubscribe(leaver.contact_id, draft.pk, leaver.pk, "page")
    send(draft)
    assert stage.states(draft) == {"sent": 2, "suppressed": 1}
    assert again.count_joined(draft) == 0
    Subscription.objects.update(status="subscribed", unsubscribed_at=None)
    assert again.count_joined(draft) == 1
    assert again.send_to_joined(draft) == 1
    send(draft)
    assert stage.states(draft) == {"sent": 3}
    assert len(set(sink.recipients())) == len(sink.recipients()) == 3


@pytest.mark.parametrize("status", ["paused", "cancelled", "draft"])
def test_nobody_joins_a_campaign_that_is_held_or_over(sent, status):
    Campaign.objects.update(status=status)
    stage.make_many(sent.workspace, sent.lists.get(), 2, name="new")
    assert again.send_to_joined(sent) == 0


def test_twenty_people_who_press_it_at_once_are_one(sent, monkeypatch):
    monkeypatch.setattr(again, "CHUNK", 7)
    stage.make_many(sent.workspace, sent.lists.get(), 30, name="new")
    barrier = threading.Barrier(20)

    def press(_n):
        barrier.wait()
        try:
            return again.send_to_joined(sent)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(press, range(20))) == 30
    assert Delivery.objects.count() == 42


def test_they_get_the_newest_content(sent, sink):
    """Edited while it was paused: who comes last gets what was said last."""
    Campaign.objects.update(status="paused")
    sent.refresh_from_db()
    Campaign.objects.filter(pk=sent.pk).edit(version=sent.version, tab="", body="A better text")
    sent.refresh_from_db()
    assert steering.resume(sent)
    send(sent)
    stage.make_many(sent.workspace, sent.lists.get(), 1, name="new")
    again.send_to_joined(sent)
    send(sent)
    assert b"A better text" in sink.taken[-1].text


def test_of_few_in_all_nobody_is_told_apart_without_their_own_consent(draft, sink, settings):
    settings.AGGREGATE_MINIMUM = 10
    draft.workspace.policy = "opt_out"
    draft.workspace.save(update_fields=["policy"])
    stage.make_many(draft.workspace, draft.lists.get(), 3)
    launch.launch(draft)
    launch.prepare(draft.pk)
    send(draft)
    stage.make_many(draft.workspace, draft.lists.get(), 2, name="new")
    again.send_to_joined(draft)
    assert Delivery.objects.filter(campaign=draft).modes() == {"aggregate": 5}


@pytest.fixture
def crowd(sent, settings):
    """So many newcomers that a few of them get it first; the limits are small to be quick."""
    settings.CANARY_OVER, settings.CANARY_SIZE = 60, 20
    stage.make_many(sent.workspace, sent.lists.get(), 70, name="new")
    return sent


def test_of_a_crowd_of_newcomers_a_few_get_it_first(crowd, sink):
    assert again.send_to_joined(crowd) == 70
    send(crowd)
    assert len(sink.taken) == 12 + 20
    assert crowd.status == Campaign.Status.SENDING
    # By themselves: that the first twelve went well says nothing of these.
    assert Tally.objects.get().handed == 20
    Canary.objects.update(waits_until=timezone.now())
    assert canary.release() == [crowd.pk]
    Delivery.objects.pending().update(next_at=timezone.now())
    send(crowd)
    assert crowd.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 82


def test_two_dead_addresses_among_the_first_newcomers_stop_it(crowd, sink):
    again.send_to_joined(crowd)
    send(crowd)
    new = Delivery.objects.filter(state="sent").order_by("-pk").values_list("pk", flat=True)[:2]
    stage.told(new, "hard_bounced_at")
    [alarm] = breakers.look()
    assert (alarm.counted, alarm.handed) == (2, 20)
    crowd.refresh_from_db()
    assert crowd.pause_cause == "canary"


def test_the_first_of_a_crowd_come_from_the_newcomers(draft, sink, settings):
    """Not from those who still wait since the launch, whose harm is measured already."""
    settings.CANARY_OVER, settings.CANARY_SIZE = 60, 20
    stage.make_many(draft.workspace, draft.lists.get(), 50)
    launch.launch(draft)
    launch.prepare(draft.pk)
    stage.make_many(draft.workspace, draft.lists.get(), 70, name="new")
    again.send_to_joined(draft)
    send(draft)
    assert len(sink.taken) == 20
    assert all(address.startswith("new") for address in sink.recipients())


@pytest.mark.parametrize("how", ["few", "asked", "instance"])
def test_newcomers_may_all_get_it_at_once(crowd, sink, settings, how):
    if how == "few":
        settings.CANARY_OVER = 70
    if how == "instance":
        settings.CANARY_OVER = 0
    again.send_to_joined(crowd, few_first=how != "asked")
    send(crowd)
    assert (crowd.status, len(sink.taken)) == ("sent", 82)


def test_a_paused_campaign_is_left_as_it_is(crowd):
    Campaign.objects.filter(pk=crowd.pk).update(status="paused")
    assert again.send_to_joined(crowd) == 0
    assert not Canary.objects.exists()
