"""Of a large audience a few get it first; nobody gets it twice, and nobody is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import launch, steering, tasks, transport
from campaigns.sending.models import Canary, Delivery
from campaigns.sending.pacing import breakers, canary
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage
from tracking.models import Engagement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small(settings):
    """A large audience has more than a hundred people, so that this stays quick."""
    settings.CANARY_OVER, settings.CANARY_SIZE = 100, 40


@pytest.fixture
def large(draft):
    stage.make_many(draft.workspace, draft.lists.get(), 150)
    return draft


def go(campaign):
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def work_and_close(campaign_id):
    try:
        return transport.work(campaign_id, seconds=20)
    finally:
        connection.close()


def send(campaign):
    while transport.work(campaign.pk, seconds=20):
        pass
    campaign.refresh_from_db()


def wait_is_over():
    Canary.objects.update(waits_until=timezone.now())


def test_exactly_the_first_few_go_however_many_workers_there_are(large, sink, settings):
    settings.SEND_WORKERS = 4
    go(large)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work_and_close, [large.pk] * 4)) == {False}
    assert len(sink.taken) == 40
    assert stage.states(large) == {"sent": 40, "pending": 110}
    found = Canary.objects.get()
    assert found.taken == 40
    assert found.waits_until is not None
    assert 500 < (found.waits_until - timezone.now()).total_seconds() <= 600
    assert transport.work(large.pk, seconds=5) is False
    assert len(sink.taken) == 40


def test_the_rest_follows_when_the_wait_is_over(large, sink):
    go(large)
    send(large)
    assert canary.release() == []
    wait_is_over()
    assert canary.release() == [large.pk]
    Delivery.objects.pending().update(next_at=timezone.now())
    send(large)
    assert large.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 150


def test_the_rest_follows_at_once_when_a_member_says_so(large, sink):
    go(large)
    send(large)
    assert canary.end(large)
    assert not canary.end(large)
    Delivery.objects.pending().update(next_at=timezone.now())
    send(large)
    assert len(set(sink.recipients())) == len(sink.recipients()) == 150


def test_too_many_dead_addresses_among_the_few_pause_it(large, sink):
    go(large)
    send(large)
    ids = list(Delivery.objects.filter(state="sent").values_list("pk", flat=True))
    moves.note_fact(ids[0], "hard_bounced_at", timezone.now())
    assert breakers.look() == []
    moves.note_fact(ids[1], "hard_bounced_at", timezone.now())
    wait_is_over()
    [alarm] = breakers.look()
    assert (alarm.counted, alarm.handed) == (2, 40)
    assert canary.release() == []
    large.refresh_from_db()
    assert (large.status, large.pause_cause) == ("paused", "canary")
    # Who resumes it has seen the figures: the rest does not wait again.
    assert steering.resume(large)
    Delivery.objects.pending().update(next_at=timezone.now())
    send(large)
    assert large.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 150


def test_the_tick_stops_it_before_it_lets_it_go(large, sink, monkeypatch):
    monkeypatch.setattr(tasks.send_campaign, "apply_async", lambda *args, **options: None)
    monkeypatch.setattr(tasks.tell_owners, "apply_async", lambda *args, **options: None)
    go(large)
    send(large)
    wait_is_over()
    Delivery.objects.filter(state="sent").update(hard_bounced_at=timezone.now())
    tasks.tick()
    large.refresh_from_db()
    assert large.status == Campaign.Status.PAUSED


def test_a_pause_by_a_member_does_not_end_it(large, sink):
    go(large)
    assert steering.pause(large)
    assert steering.resume(large)
    send(large)
    assert len(sink.taken) == 40


def test_a_launch_that_is_begun_again_begins_it_once(large, sink):
    assert launch.launch(large)
    assert launch.prepare(large.pk)
    Campaign.objects.filter(pk=large.pk).update(status="preparing")
    Canary.objects.update(taken=7)
    assert launch.prepare(large.pk)
    assert Canary.objects.get().taken == 7


@pytest.mark.parametrize("how", ["small", "campaign", "instance"])
def test_it_can_be_none(draft, sink, settings, how):
    stage.make_many(draft.workspace, draft.lists.get(), 100 if how == "small" else 120)
    if how == "campaign":
        canary.choose(draft, first=False)
    if how == "instance":
        settings.CANARY_OVER = 0
    go(draft)
    send(draft)
    assert not Canary.objects.exists()
    assert draft.status == Campaign.Status.SENT


def test_those_who_read_lately_are_first_and_then_some_of_every_domain(draft, sink):
    readers = [world.make_contact(draft.workspace, email=f"reader{n}@b.example") for n in range(9)]
    for name in "cde":
        for n in range(50):
            world.make_contact(draft.workspace, on=draft.lists.get(), email=f"{n}@{name}.example")
    for contact in readers:
        draft.lists.get().subscriptions.create(workspace=draft.workspace, contact=contact)
        Engagement.objects.create(
            workspace_id=draft.workspace_id,
            campaign_id=0,
            delivery_id=contact.pk,
            contact_id=contact.pk,
            opens_sure=1,
            last_at=timezone.now() - timedelta(days=3),
        )
    go(draft)
    send(draft)
    first = sink.recipients()
    assert {reader.email for reader in readers} <= set(first)
    domains = [address.partition("@")[2] for address in first]
    # The rest is dealt out among the domains; a lane may be ahead of another by a few.
    assert all(8 <= domains.count(f"{name}.example") <= 13 for name in "cde")
    assert len(first) == 40
