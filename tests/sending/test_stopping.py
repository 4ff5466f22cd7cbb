"""What stops a campaign on its way, and how it goes on: people, servers, the database."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import steering, transport
from campaigns.sending.models import Cooldown, Delivery, Lease
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage
from tests.sending.driving import send, start

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_pause_holds_the_rest_and_resuming_sends_it_once(draft, sink, settings):
    sink.slow = 0.01
    start(draft, people=200)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(_work_and_close, draft.pk)
        stage.wait_until(lambda: len(sink.taken) > 5)
        assert steering.pause(draft)
        at_pause = len(sink.taken)
        assert working.result() is False
    # A window for each connection may have been under way, and no more.
    assert len(sink.taken) - at_pause <= 32 * settings.SEND_CONNECTIONS
    counts = stage.states(draft)
    assert counts["sent"] == len(sink.taken) < 200
    assert counts["pending"] == 200 - counts["sent"]
    assert steering.resume(draft)
    send(draft)
    assert len(sink.recipients()) == len(set(sink.recipients())) == 200


def _work_and_close(campaign_id, **options):
    try:
        return transport.work(campaign_id, **({"seconds": 20} | options))
    finally:
        connection.close()


def test_a_change_while_paused_reaches_those_who_did_not_get_it_yet(draft, sink):
    sink.slow = 0.01
    start(draft, people=150)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work_and_close, draft.pk)
        stage.wait_until(lambda: len(sink.taken) > 5)
        assert steering.pause(draft)
    first = len(sink.taken)
    Campaign.objects.filter(pk=draft.pk).update(body="A better text", revision=2)
    draft.refresh_from_db()
    assert steering.resume(draft)
    send(draft)
    better = [b"A better text" in mail.text for mail in sink.taken]
    assert better == [False] * first + [True] * (150 - first)
    assert Delivery.objects.filter(revision=1).count() == first


def test_a_cancelled_campaign_stops_for_good(draft, sink):
    sink.slow = 0.01
    start(draft, people=200)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(_work_and_close, draft.pk)
        stage.wait_until(lambda: len(sink.taken) > 5)
        assert steering.cancel(draft)
        working.result()
    counts = stage.states(draft)
    assert counts == {"sent": len(sink.taken), "cancelled": 200 - len(sink.taken)}
    assert not steering.resume(draft)
    assert not transport.work(draft.pk, seconds=5)


def test_a_stopped_worker_gives_back_what_it_had_not_begun(draft, sink):
    sink.slow = 0.02
    start(draft, people=100)
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(_work_and_close, draft.pk, stop=stop)
        stage.wait_until(lambda: len(sink.taken) > 5)
        stop.set()
        assert working.result() is False
    counts = stage.states(draft)
    assert set(counts) == {"sent", "pending"}
    assert counts["sent"] == len(sink.taken)


def test_a_wrong_password_pauses_with_the_servers_words(draft, sink):
    sink.login = ("somebody", "else")
    provider = draft.sender.provider
    provider.credentials |= {"user": "me", "password": "wrong"}
    provider.save()
    start(draft, people=3)
    send(draft)
    assert draft.status == Campaign.Status.PAUSED
    assert "535 5.7.8 wrong password" in draft.pause_reason
    assert stage.states(draft) == {"pending": 3}
    assert Delivery.objects.filter(attempt=0).count() == 3


def test_a_server_that_is_away_is_waited_for(draft, sink):
    start(draft, people=3)
    with sink.lock:
        sink.greeting = "421 4.3.2 shutting down"
    send(draft)
    assert draft.status == Campaign.Status.SENDING
    cooldown = Cooldown.objects.get(provider=draft.sender.provider)
    assert cooldown.until > timezone.now()
    assert "shutting down" in cooldown.reason
    sink.greeting = "220 back"
    assert not transport.work(draft.pk, seconds=5)
    assert sink.taken == []
    Cooldown.objects.update(until=timezone.now())
    send(draft)
    assert len(sink.taken) == 3
    assert not Cooldown.objects.exists()


def test_a_server_that_never_comes_back_pauses_the_campaign(draft, sink):
    sink.greeting = "421 4.3.2 shutting down"
    start(draft, people=3)
    for _ in range(13):
        Cooldown.objects.update(until=timezone.now())
        send(draft)
    assert draft.status == Campaign.Status.PAUSED
    assert "shutting down" in draft.pause_reason


def test_refusal_after_refusal_pauses_before_the_whole_list_is_lost(draft, sink, settings):
    settings.SEND_CONNECTIONS = 1
    for n in range(60):
        world.make_contact(draft.workspace, on=draft.lists.get(), email=f"data-554-{n}@example.com")
    start(draft)
    send(draft)
    assert draft.status == Campaign.Status.PAUSED
    assert "spam" in draft.pause_reason
    assert 25 <= stage.states(draft)["failed"] < 60


def test_sending_is_refused_when_the_database_may_forget(draft, sink):
    start(draft, people=1)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        assert not transport.work(draft.pk, seconds=5)
    finally:
        connection.close()
    assert sink.taken == []
    draft.refresh_from_db()
    assert (draft.status, draft.pause_cause) == ("paused", "errors")
    assert "synchronous_commit off" in draft.pause_reason


def test_answers_survive_a_database_that_is_away_for_a_moment(draft, sink, settings):
    """Backends are killed while mails are under way; their answers are written down later."""
    settings.SEND_CONNECTIONS = 2
    sink.slow = 0.02
    start(draft, people=120)
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(_work_and_close, draft.pk)
        stage.wait_until(lambda: len(sink.taken) > 10)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        with pytest.raises(Exception):  # noqa: B017 - the worker's own connection is gone too
            working.result()
    time.sleep(0)
    Lease.objects.update(until=timezone.now())
    moves.reap_claims()
    send(draft)
    assert len(sink.recipients()) == len(set(sink.recipients()))
    assert stage.states(draft) == {"sent": 120}
