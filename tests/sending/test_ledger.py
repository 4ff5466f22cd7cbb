"""The moves of the ledger on a real PostgreSQL, where needed with several connections."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from campaigns.audience.models import Contact
from campaigns.composing.models import Campaign
from campaigns.sending import claiming
from campaigns.sending.models import Delivery, Lease
from campaigns.sending.querysets import ledger, moves
from campaigns.sending.querysets.results import Result
from tests import world
from tests.sending import stage
from tests.sending.claims import claim, claim_and_intend, state_of

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_nothing_is_recorded_of_who_withdrew_since_the_launch(workspace):
    campaign = stage.make_sending(workspace, people=2)
    withdrew = Contact.objects.order_by("pk")[0]
    withdrew.consent_epoch += 1
    withdrew.save(update_fields=["consent_epoch"])
    modes = {row.contact_id: row.mode for row in claim(campaign)[1]}
    assert modes.pop(withdrew.pk) == "none"
    assert set(modes.values()) == {"individual"}


@pytest.mark.parametrize("what", ["withdrew", "stopped"])
def test_nor_of_clicks_alone_once_somebody_said_no(workspace, what):
    campaign = stage.make_sending(workspace, people=1)
    Delivery.objects.update(mode="aggregate", click_mode="individual")
    if what == "withdrew":
        Contact.objects.update(consent_epoch=1)
    else:
        Campaign.objects.update(measuring_stopped_at=timezone.now())
    [row] = claim(campaign)[1]
    assert (row.mode, row.click_mode) == ("none", "")


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
    # By it they are found, should their holder die.
    assert Lease.objects.get().token == token


def test_what_was_claimed_with_an_older_content_is_not_intended_but_claimed_anew(workspace):
    campaign = stage.make_sending(workspace, people=2)
    token, rows = claim(campaign)
    Campaign.objects.update(revision=2)
    assert ledger.exchange(token, [], [row.id for row in rows]) == set()
    ledger.release(token, [row.id for row in rows])
    token, rows = claim(campaign)
    assert {row.revision for row in rows} == {2}
    assert len(ledger.exchange(token, [], [row.id for row in rows])) == 2
    assert set(Delivery.objects.values_list("state", "revision")) == {("sending", 2)}


def test_a_refusal_for_now_of_the_older_content_is_tried_again_with_the_newer(workspace):
    campaign = stage.make_sending(workspace, people=1)
    token, [delivery_id] = claim_and_intend(campaign)
    Campaign.objects.update(revision=2)
    ledger.exchange(token, [Result(delivery_id, "pending")], [])
    assert [row.revision for row in claim(campaign)[1]] == [2]


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


def test_a_cooldown_grows_when_trouble_comes_again_and_counts_once_at_a_time(workspace):
    provider = world.make_sender(workspace).provider
    values: dict[str, Any] = {"reason": "421 busy", "first": timedelta(0), "longest": timedelta(0)}
    assert [moves.cool_down(provider.pk, **values) for _ in range(3)] == [1, 2, 3]
    values |= {"first": timedelta(minutes=1), "longest": timedelta(minutes=5)}
    assert [moves.cool_down(provider.pk, **values) for _ in range(3)] == [4, 4, 4]


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


def test_a_claim_that_found_nothing_leaves_no_lock(workspace):
    """Or a connection that is kept would gather one for each look at an empty campaign."""
    campaign = stage.make_sending(workspace, people=0)
    assert claiming.Claim(campaign.pk, 10).rows == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)
