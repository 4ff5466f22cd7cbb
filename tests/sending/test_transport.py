"""Sending end to end: the real ledger, real threads, a real SMTP server on loopback."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.audience import consent, unsubscribing
from campaigns.composing.models import Campaign
from campaigns.sending import launch, steering, transport
from campaigns.sending.models import Cooldown, Delivery, Lease
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def start(campaign, people=0):
    stage.make_many(campaign.workspace, campaign.lists.get(), people)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def send(campaign, seconds=20):
    while transport.work(campaign.pk, seconds=seconds):
        pass
    campaign.refresh_from_db()


def test_everybody_gets_it_once_and_the_campaign_ends(draft, sink):
    start(draft, people=300)
    send(draft)
    assert draft.status == Campaign.Status.SENT
    assert draft.finished_at is not None
    assert sorted(sink.recipients()) == sorted(f"p{n}@example.com" for n in range(300))
    assert stage.states(draft) == {"sent": 300}


def test_each_mail_is_made_for_its_person(draft, sink):
    world.make_contact(
        draft.workspace, on=draft.lists.get(), email="ada@example.com", first_name="Ada"
    )
    start(draft)
    send(draft)
    [taken] = sink.taken
    delivery = Delivery.objects.get()
    assert b"Hello Ada" in taken.text
    assert taken.uuid_hex == delivery.uuid.hex
    assert taken.sender == f"MAIL FROM:<{draft.sender.email}>"
    assert re.search(rb"^List-Unsubscribe: ", taken.content, re.M)
    assert (delivery.code, delivery.attempt) == (250, 1)


def test_in_aggregate_mode_the_tracking_addresses_are_the_same_for_all(draft, sink):
    start(draft, people=12)
    send(draft)
    found = {tuple(re.findall(rb"/track/[^\"\s]+", mail.text)) for mail in sink.taken}
    assert len(found) == 1
    assert found.pop()


def test_in_individual_mode_they_are_not(draft, sink):
    stage.make_people(draft.workspace, draft.lists.get(), 12, measuring="granted")
    start(draft)
    send(draft)
    found = {tuple(re.findall(rb"/track/[^\"\s]+", mail.text)) for mail in sink.taken}
    assert len(found) == 12


def test_every_kind_of_answer_ends_in_its_own_state(draft, sink):
    for local in ("rcpt-550", "data-554", "cut-after", "no-after", "fine", "rcpt-450", "data-451"):
        world.make_contact(draft.workspace, on=draft.lists.get(), email=f"{local}@example.com")
    start(draft)
    send(draft)
    found = {d.address.partition("@")[0]: d for d in Delivery.objects.all()}
    assert {name: d.state for name, d in found.items()} == {
        "fine": "sent",
        "rcpt-550": "failed",
        "data-554": "failed",
        "cut-after": "unknown",
        "no-after": "unknown",
        "rcpt-450": "pending",
        "data-451": "pending",
    }
    assert found["rcpt-550"].enhanced_code == "5.1.1"
    next_at = found["rcpt-450"].next_at
    assert next_at is not None and next_at > timezone.now()
    assert draft.status == Campaign.Status.SENDING


def test_who_is_refused_for_now_is_given_up_in_the_end(draft, sink, settings):
    world.make_contact(draft.workspace, on=draft.lists.get(), email="rcpt-450@example.com")
    start(draft)
    for _ in range(20):
        Delivery.objects.waiting().update(next_at=timezone.now())
        send(draft)
    assert stage.states(draft) == {"pending": 1}
    hours = timedelta(hours=settings.SEND_DEADLINE_HOURS)
    Delivery.objects.update(first_tried_at=timezone.now() - hours, next_at=timezone.now())
    send(draft)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.code, delivery.attempt) == ("expired", 450, 21)
    assert delivery.reason == "busy"
    assert draft.status == Campaign.Status.SENT


def test_one_persons_data_breaks_one_mail_only(draft, sink):
    start(draft, people=20)
    # An address that was clean at the import, and is not any more.
    Delivery.objects.filter(address="p7@example.com").update(address="p7@exa\r\nmple.com")
    send(draft)
    assert stage.states(draft) == {"sent": 19, "failed": 1}
    assert draft.status == Campaign.Status.SENT


def test_workers_in_parallel_share_a_campaign_and_double_nothing(draft, sink):
    start(draft, people=400)

    def work(_n):
        try:
            return transport.work(draft.pk, seconds=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    send(draft)
    assert len(sink.recipients()) == len(set(sink.recipients())) == 400
    assert draft.status == Campaign.Status.SENT


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


def test_a_server_that_takes_mails_and_never_answers_costs_a_few_unknowns_only(
    draft, sink, settings
):
    settings.SEND_CONNECTIONS = 2
    for n in range(40):
        world.make_contact(
            draft.workspace, on=draft.lists.get(), email=f"cut-after-{n}@example.com"
        )
    start(draft)
    send(draft)
    counts = stage.states(draft)
    assert counts["unknown"] <= 2 * transport.BREAKS_IN_A_ROW
    assert counts["pending"] == 40 - counts["unknown"]
    assert Cooldown.objects.exists()


def test_who_unsubscribes_while_it_runs_does_not_get_it(draft, sink):
    start(draft, people=50)
    leaving = Delivery.objects.order_by("-pk")[:5]
    for delivery in leaving:
        assert delivery.contact_id is not None
        unsubscribing.unsubscribe(delivery.contact_id, draft.pk, delivery.pk, "page")
    send(draft)
    assert stage.states(draft) == {"sent": 45, "suppressed": 5}
    assert not set(sink.recipients()) & {delivery.address for delivery in leaving}
    assert draft.status == Campaign.Status.SENT


def test_who_withdraws_between_launch_and_sending_gets_a_mail_that_records_nothing(draft, sink):
    contacts = stage.make_people(draft.workspace, draft.lists.get(), 10, measuring="granted")
    start(draft)
    consent.withdraw(contacts[0], consent.Evidence("preferences"))
    send(draft)
    tracked = {mail.recipient: b"/track/" in mail.text for mail in sink.taken}
    assert tracked.pop(contacts[0].email) is False
    assert all(tracked.values())


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
