"""The moves of the ledger on a real PostgreSQL, where needed with several connections."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from campaigns.audience.models import Contact, Subscription, Suppression
from campaigns.composing.models import Campaign
from campaigns.sending import claiming
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import ledger, moves
from campaigns.sending.querysets.results import Result
from tests import world
from tests.sending import stage

LEASE = timedelta(seconds=60)

pytestmark = pytest.mark.django_db(transaction=True)


def claim(campaign, limit=100, lease=LEASE, token=None):
    token = token or uuid.uuid4()
    return token, ledger.claim(campaign.pk, token=token, limit=limit, lease=lease)


def claim_and_intend(campaign, limit=100):
    token, rows = claim(campaign, limit)
    return token, sorted(ledger.exchange(token, [], [row.id for row in rows]))


def state_of(delivery_id):
    return Delivery.objects.get(pk=delivery_id).state


def test_a_claim_brings_what_the_mail_is_made_of(workspace):
    campaign = stage.make_sending(workspace, people=0)
    contact = world.make_contact(
        workspace, on=campaign.lists.get(), first_name="Ada", fields={"company": "Acme", "n": 5}
    )
    delivery = stage.make_delivery(campaign, contact)
    _token, [row] = claim(campaign)
    assert (row.id, row.uuid_hex, row.address) == (
        delivery.pk,
        delivery.uuid.hex,
        contact.email,
    )
    assert row.contact["first_name"] == "Ada"
    assert row.contact["company"] == "Acme"
    assert row.contact["n"] == "5"


def test_workers_never_claim_the_same_delivery(workspace):
    campaign = stage.make_sending(workspace, people=60)
    barrier = threading.Barrier(6)

    def work(_n):
        barrier.wait()
        try:
            return [row.id for _ in range(5) for row in claim(campaign, limit=3)[1]]
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        claimed = [row for rows in pool.map(work, range(6)) for row in rows]
    assert len(claimed) == len(set(claimed)) == 60


@pytest.mark.parametrize("status", ["draft", "preparing", "paused", "cancelled", "sent"])
def test_nothing_is_claimed_of_a_campaign_that_is_not_sending(workspace, status):
    campaign = stage.make_sending(workspace)
    Campaign.objects.update(status=status)
    assert claim(campaign)[1] == []


def test_a_delivery_waits_until_its_next_try(workspace):
    campaign = stage.make_sending(workspace, people=2)
    later = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=later.pk).update(next_at=timezone.now() + timedelta(minutes=5))
    assert later.pk not in {row.id for row in claim(campaign)[1]}


def test_an_intent_counts_the_attempt_and_takes_the_time(workspace):
    campaign = stage.make_sending(workspace, people=1)
    _token, [delivery_id] = claim_and_intend(campaign)
    delivery = Delivery.objects.get(pk=delivery_id)
    assert (delivery.state, delivery.attempt) == ("sending", 1)
    assert delivery.sending_at is not None


def test_an_intent_needs_the_token_of_the_claim(workspace):
    campaign = stage.make_sending(workspace)
    _token, rows = claim(campaign)
    assert ledger.exchange(uuid.uuid4(), [], [row.id for row in rows]) == set()
    assert stage.states(campaign) == {"claimed": 3}


def test_an_intent_needs_a_lease_that_is_alive(workspace):
    campaign = stage.make_sending(workspace)
    token, rows = claim(campaign, lease=timedelta(seconds=-1))
    assert ledger.exchange(token, [], [row.id for row in rows]) == set()


@pytest.mark.parametrize("status", ["paused", "cancelled", "sent"])
def test_an_intent_needs_a_campaign_that_is_sending(workspace, status):
    campaign = stage.make_sending(workspace)
    token, rows = claim(campaign)
    Campaign.objects.update(status=status)
    assert ledger.exchange(token, [], [row.id for row in rows]) == set()


def test_who_unsubscribes_or_is_suppressed_or_erased_after_the_claim_gets_nothing(workspace):
    campaign = stage.make_sending(workspace, people=4)
    token, rows = claim(campaign)
    gone, suppressed, erased, stays = Delivery.objects.order_by("pk")
    assert gone.contact and suppressed.contact and erased.contact
    Subscription.objects.filter(contact=gone.contact).update(
        status="unsubscribed", unsubscribed_at=timezone.now()
    )
    Suppression.objects.create(
        workspace=workspace, fingerprint=suppressed.contact.fingerprint, reason="complaint"
    )
    erased.contact.delete()
    ids = [row.id for row in rows]
    assert ledger.exchange(token, [], ids) == {stays.pk}
    ledger.leave_out(token, ids, "unsubscribed")
    for delivery in (gone, suppressed, erased):
        assert state_of(delivery.pk) == "suppressed"
    assert state_of(stays.pk) == "sending"


def test_a_subscription_to_another_list_does_not_count(workspace):
    campaign = stage.make_sending(workspace, people=1)
    contact = Contact.objects.get()
    Subscription.objects.all().delete()
    other = world.make_list(workspace)
    Subscription.objects.create(workspace=workspace, list=other, contact=contact)
    token, rows = claim(campaign)
    assert ledger.exchange(token, [], [rows[0].id]) == set()


def test_another_workspaces_suppression_does_not_count(workspace):
    campaign = stage.make_sending(workspace, people=1)
    Suppression.objects.create(
        workspace=world.make_workspace(),
        fingerprint=Contact.objects.get().fingerprint,
        reason="manual",
    )
    assert len(claim_and_intend(campaign)[1]) == 1


def test_nothing_is_recorded_of_who_withdrew_since_the_launch(workspace):
    campaign = stage.make_sending(workspace, people=2)
    withdrew = Contact.objects.order_by("pk")[0]
    withdrew.consent_epoch += 1
    withdrew.save(update_fields=["consent_epoch"])
    modes = {row.contact_id: row.mode for row in claim(campaign)[1]}
    assert modes.pop(withdrew.pk) == "none"
    assert set(modes.values()) == {"individual"}


def test_results_settle_and_keep_the_servers_words(workspace):
    campaign = stage.make_sending(workspace, people=4)
    token, [sent, failed, deferred, unknown] = claim_and_intend(campaign)
    results = [
        Result(sent, "sent", 250, "2.0.0", "queued as X", "id-1"),
        Result(failed, "failed", 550, "5.1.1", "no such mailbox"),
        Result(deferred, "pending", 451, "4.3.0", "later", delay=60),
        Result(unknown, "unknown", reason="no answer"),
    ]
    ledger.exchange(token, results, [])
    rows = Delivery.objects.in_bulk()
    assert (rows[sent].state, rows[sent].message_id) == ("sent", "id-1")
    assert rows[sent].done_at is not None
    assert (rows[failed].state, rows[failed].code) == ("failed", 550)
    assert (rows[failed].enhanced_code, rows[failed].reason) == ("5.1.1", "no such mailbox")
    assert (rows[deferred].state, rows[deferred].done_at) == ("pending", None)
    next_at = rows[deferred].next_at
    assert next_at is not None and next_at > timezone.now() + timedelta(seconds=50)
    assert rows[unknown].state == "unknown"


def test_what_was_not_tried_is_not_counted_as_an_attempt(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    ledger.exchange(token, [Result(delivery_id, "pending", untried=True)], [])
    assert Delivery.objects.get().attempt == 0


def test_settling_twice_changes_nothing(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    ledger.exchange(token, [Result(delivery_id, "sent")], [])
    before = Delivery.objects.values().get()
    ledger.exchange(token, [Result(delivery_id, "failed")], [])
    assert Delivery.objects.values().get() == before


def test_only_the_holder_of_the_token_settles(workspace):
    campaign = stage.make_sending(workspace, people=1)
    _token, [delivery_id] = claim_and_intend(campaign)
    ledger.exchange(uuid.uuid4(), [Result(delivery_id, "pending")], [])
    assert state_of(delivery_id) == "sending"


def test_settling_and_the_next_intent_are_one_commit(workspace):
    campaign = stage.make_sending(workspace, people=2)
    token, rows = claim(campaign)
    first, second = (row.id for row in rows)
    ledger.exchange(token, [], [first])
    granted = ledger.exchange(token, [Result(first, "sent")], [second])
    assert granted == {second}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM sending_delivery")
        assert cursor.fetchone() == (1,)
    assert stage.states(campaign) == {"sent": 1, "sending": 1}


def test_an_intent_is_on_disk_when_it_is_granted_whatever_the_session_says(workspace):
    campaign = stage.make_sending(workspace, people=40)
    token, rows = claim(campaign)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        for row in rows:
            ledger.exchange(token, [], [row.id])
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_wal_lsn() = pg_current_wal_flush_lsn()")
                # Without the setting the log is flushed only every 200 ms.
                assert cursor.fetchone()[0]
    finally:
        connection.close()


def test_an_intent_inside_an_open_transaction_is_refused(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, rows = claim(campaign)
    with pytest.raises(transaction.TransactionManagementError), transaction.atomic():
        ledger.exchange(token, [], [rows[0].id])


def test_released_claims_can_be_taken_again(workspace):
    campaign = stage.make_sending(workspace)
    token, rows = claim(campaign)
    ledger.release(token, [row.id for row in rows])
    assert len(claim(campaign)[1]) == 3


def test_a_release_leaves_intents_alone(workspace):
    campaign = stage.make_sending(workspace)
    token, ids = claim_and_intend(campaign)
    ledger.release(token, ids)
    assert stage.states(campaign) == {"sending": 3}


def test_an_expired_claim_returns_and_an_expired_intent_becomes_unknown(workspace):
    campaign = stage.make_sending(workspace, people=4)
    claim_and_intend(campaign, limit=2)
    claim(campaign, lease=timedelta(seconds=-1))
    moves.reap_claims()
    moves.reap_intents(timedelta(seconds=-1), "the worker stopped")
    assert stage.states(campaign) == {"unknown": 2, "pending": 2}


def test_the_reaper_leaves_alone_what_is_alive(workspace):
    campaign = stage.make_sending(workspace, people=4)
    claim_and_intend(campaign, limit=2)
    claim(campaign)
    moves.reap_claims()
    moves.reap_intents(timedelta(minutes=15), "the worker stopped")
    assert stage.states(campaign) == {"sending": 2, "claimed": 2}


@pytest.mark.parametrize("answer", ["sent", "failed", "pending"])
def test_a_late_answer_decides_an_unknown_delivery(workspace, answer):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    ledger.exchange(token, [Result(delivery_id, answer)], [])
    assert state_of(delivery_id) == answer


def test_a_late_refusal_does_not_reopen_a_campaign_that_is_over(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    assert moves.finish(campaign.pk)
    ledger.exchange(token, [Result(delivery_id, "pending", reason="later")], [])
    assert state_of(delivery_id) == "failed"


def test_the_token_of_a_stranger_decides_no_unknown_delivery(workspace):
    campaign = stage.make_sending(workspace, people=1)
    _token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    ledger.exchange(uuid.uuid4(), [Result(delivery_id, "pending")], [])
    assert state_of(delivery_id) == "unknown"


@pytest.mark.parametrize("state", ["pending", "claimed", "sending"])
def test_a_campaign_with_an_open_delivery_is_not_sent(workspace, state):
    campaign = stage.make_sending(workspace, people=2)
    held = {"claim_token": uuid.uuid4(), "sending_at": timezone.now()}
    first, second = Delivery.objects.order_by("pk")
    stage.become(Delivery.objects.filter(pk=first.pk), "sent")
    stage.become(Delivery.objects.filter(pk=second.pk), state, **held)
    assert not moves.finish(campaign.pk)
    stage.become(Delivery.objects.all(), "unknown")
    assert moves.finish(campaign.pk)
    assert not moves.finish(campaign.pk)


def test_the_finisher_waits_for_a_late_answer_that_reopens_a_row(workspace):
    """A late refusal holds the campaign; the finisher must see the row that it reopened."""
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    reopened, go_on = threading.Event(), threading.Event()

    def answer_late():
        with transaction.atomic():
            ledger.upgrade(token, [Result(delivery_id, "pending")])
            reopened.set()
            go_on.wait(10)
        connection.close()

    def finish():
        try:
            return moves.finish(campaign.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answering = pool.submit(answer_late)
        assert reopened.wait(10)
        finishing = pool.submit(finish)
        stage.wait_until(_somebody_waits_for_a_lock)
        go_on.set()
        answering.result()
        assert finishing.result() is False
    assert state_of(delivery_id) == "pending"


def test_the_finisher_holds_the_campaign_for_no_round_trip(workspace, django_assert_num_queries):
    """Who freezes between two statements keeps the lock, and nobody could even pause."""
    campaign = stage.make_sending(workspace, people=1)
    with django_assert_num_queries(1):
        assert not moves.finish(campaign.pk)
    stage.become(Delivery.objects.all(), "sent")
    with django_assert_num_queries(1):
        assert moves.finish(campaign.pk)


def _somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def test_cancelling_ends_what_has_not_left(workspace):
    campaign = stage.make_sending(workspace, people=4)
    claim_and_intend(campaign, limit=1)
    token, rows = claim(campaign, limit=1)
    Campaign.objects.update(status="cancelled")
    moves.cancel_some(campaign.pk, 100)
    assert stage.states(campaign) == {"sending": 1, "cancelled": 3}
    assert ledger.exchange(token, [], [row.id for row in rows]) == set()


def test_a_new_revision_takes_claims_away_from_who_holds_the_old_one(workspace):
    campaign = stage.make_sending(workspace, people=2)
    token, rows = claim(campaign, limit=1)
    assert moves.take_revision(campaign.pk, 2) == 2
    assert ledger.exchange(token, [], [row.id for row in rows]) == set()
    assert set(Delivery.objects.values_list("state", "revision")) == {("pending", 2)}


def test_the_database_refuses_a_second_delivery_to_a_person_or_an_address(workspace):
    campaign = stage.make_sending(workspace, people=1)
    delivery = Delivery.objects.select_related("contact").get()
    other = world.make_contact(workspace)
    with pytest.raises(DatabaseError):
        stage.make_delivery(
            campaign, Contact.objects.get(email=delivery.address), address_key="else@example.com"
        )
    with pytest.raises(DatabaseError):
        stage.make_delivery(campaign, other, address_key=delivery.address_key)


def test_the_database_refuses_to_hold_a_delivery_without_a_token(workspace):
    stage.make_sending(workspace, people=1)
    with pytest.raises(DatabaseError):
        Delivery.objects.update(state="claimed")


def test_evidence_decides_only_what_is_unknown(workspace):
    campaign = stage.make_sending(workspace, people=2)
    _token, [first, second] = claim_and_intend(campaign)
    stage.become(Delivery.objects.filter(pk=first), "unknown")
    facts = {"state": "sent", "message_id": "m1", "reason": "delivered"}
    assert moves.take_evidence(first, **facts)
    assert not moves.take_evidence(second, **facts)
    assert state_of(first) == "sent"
    assert state_of(second) == "sending"


def test_a_cooldown_grows_when_trouble_comes_again_and_counts_once_at_a_time(workspace):
    provider = world.make_sender(workspace).provider
    values: dict[str, Any] = {"reason": "421 busy", "first": timedelta(0), "longest": timedelta(0)}
    assert [moves.cool_down(provider.pk, **values) for _ in range(3)] == [1, 2, 3]
    values |= {"first": timedelta(minutes=1), "longest": timedelta(minutes=5)}
    assert [moves.cool_down(provider.pk, **values) for _ in range(3)] == [4, 4, 4]


def test_an_intent_whose_worker_is_gone_is_not_waited_for(workspace):
    campaign = stage.make_sending(workspace, people=2)
    token, [row, _other] = claim(campaign)

    def live_and_die():
        moves.hold(token)
        ledger.exchange(token, [], [row.id])
        while_alive = moves.reap_orphans(timedelta(0), "gone")
        connection.close()
        return while_alive

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(live_and_die).result() == 0
    assert moves.reap_orphans(timedelta(minutes=1), "gone") == 0
    # PostgreSQL ends the session, and with it the lock, a moment after the connection.
    stage.wait_until(lambda: moves.reap_orphans(timedelta(0), "gone") == 1)
    assert state_of(row.id) == "unknown"


def test_a_claim_that_was_given_back_leaves_no_lock(workspace):
    campaign = stage.make_sending(workspace, people=1)
    one = claiming.Claim(campaign.pk, 10)
    one.give_back()
    one.give_back()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)
