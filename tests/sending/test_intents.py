"""The intent: granted to who holds a claim on somebody who is still to be mailed, on disk."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns.audience import suppression
from campaigns.audience.models import Contact, Subscription, Suppression
from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import ledger
from campaigns.sending.querysets.results import Result
from tests import world
from tests.sending import stage
from tests.sending.claims import claim, claim_and_intend, state_of

pytestmark = pytest.mark.django_db(transaction=True)


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
    world.make_campaign(workspace, lists=[other])
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


def test_nor_does_a_domain_that_another_workspace_stopped(workspace):
    campaign = stage.make_sending(workspace, people=1)
    suppression.suppress_domains(world.make_workspace().pk, ["example.com"])
    assert len(claim_and_intend(campaign)[1]) == 1


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
