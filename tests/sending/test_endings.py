"""What nobody holds any more, late answers, and the end of a campaign."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery, Lease
from campaigns.sending.querysets import ledger, moves
from campaigns.sending.querysets.results import Result
from tests.sending import stage
from tests.sending.claims import claim, claim_and_intend, state_of

pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.mark.parametrize("reap", [moves.reap_intents, moves.reap_orphans])
def test_a_lease_that_is_old_does_not_make_its_newest_intent_so(workspace, reap):
    campaign = stage.make_sending(workspace, people=1)
    _token, [delivery_id] = claim_and_intend(campaign)
    Lease.objects.update(taken_at=timezone.now() - timedelta(hours=1))
    assert reap(timedelta(minutes=15), "the worker stopped") == 0
    assert state_of(delivery_id) == "sending"


def test_a_lease_that_is_over_takes_nothing_from_who_claimed_it_anew(workspace):
    campaign = stage.make_sending(workspace, people=2)
    claim(campaign, lease=timedelta(seconds=-1))
    assert moves.reap_claims() == 2
    claim(campaign)
    assert moves.reap_claims() == 0
    assert stage.states(campaign) == {"claimed": 2}


@pytest.mark.parametrize("answer", ["sent", "failed", "pending"])
def test_a_late_answer_decides_an_unknown_delivery(workspace, answer):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    ledger.exchange(token, [Result(delivery_id, answer)], [])
    assert state_of(delivery_id) == answer


def test_what_a_holder_did_not_know_it_may_still_tell(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    ledger.exchange(token, [Result(delivery_id, "unknown")], [])
    ledger.upgrade(token, [Result(delivery_id, "sent", 250)])
    assert state_of(delivery_id) == "sent"


def test_a_late_refusal_does_not_reopen_a_campaign_that_is_over(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    assert moves.finish(campaign.pk)
    ledger.exchange(token, [Result(delivery_id, "pending", reason="later")], [])
    assert state_of(delivery_id) == "failed"


def test_a_late_refusal_waits_for_a_campaign_that_is_paused(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    moves.reap_intents(timedelta(seconds=-1), "")
    Campaign.objects.update(status="paused")
    ledger.exchange(token, [Result(delivery_id, "pending", reason="later")], [])
    assert state_of(delivery_id) == "pending"


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
            go_on.wait(60)
        connection.close()

    def finish():
        try:
            return moves.finish(campaign.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answering = pool.submit(answer_late)
        assert reopened.wait(60)
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


def test_evidence_decides_only_what_is_unknown(workspace):
    campaign = stage.make_sending(workspace, people=2)
    _token, [first, second] = claim_and_intend(campaign)
    stage.become(Delivery.objects.filter(pk=first), "unknown")
    facts = {"state": "sent", "message_id": "m1", "reason": "delivered"}
    assert moves.take_evidence(first, at=None, **facts)
    assert not moves.take_evidence(second, at=None, **facts)
    assert state_of(first) == "sent"
    assert state_of(second) == "sending"


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
