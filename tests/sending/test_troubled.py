"""Who did not get a mail is found without looking at those who did, at no cost to sending."""

import uuid

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.sending.models import Delivery
from campaigns.sending.querysets.deliveries import TROUBLED
from tests.sending import stage

pytestmark = pytest.mark.django_db
SCANNING = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"


@pytest.mark.parametrize("state", Delivery.State.values)
def test_the_database_knows_who_is_in_trouble(delivery, state):
    mine = Delivery.objects.filter(pk=delivery.pk)
    now = timezone.now()
    stage.become(mine, state, done_at=now, sending_at=now, claim_token=uuid.uuid4())
    assert mine.troubled().exists() == (state in TROUBLED)


def test_trouble_is_told_by_when_it_was_learned(delivery):
    mine, moment = Delivery.objects.filter(pk=delivery.pk), timezone.now()
    stage.become(mine, "failed", done_at=moment)
    assert mine.get().troubled_at == moment


def test_trouble_that_was_mended_is_none(delivery):
    mine = Delivery.objects.filter(pk=delivery.pk)
    stage.become(mine, "failed", done_at=timezone.now())
    stage.become(mine, "sent", done_at=timezone.now())
    assert not mine.troubled().exists()


def test_a_mail_that_arrives_writes_no_index_after_its_claim(delivery):
    now, mine = timezone.now(), Delivery.objects.filter(pk=delivery.pk)
    mine.update(state="claimed", claim_token=uuid.uuid4(), next_at=None)
    before = heap_only()
    mine.update(state="sending", sending_at=now)
    mine.update(state="sent", done_at=now, code=250, claim_token=None)
    assert heap_only() == before + 2
    mine.update(state="failed")
    assert heap_only() == before + 2


def test_those_in_trouble_are_read_off_an_index(delivery):
    asked = Delivery.objects.filter(campaign=delivery.campaign_id).troubled()
    with connection.cursor() as cursor:
        cursor.execute(SCANNING)
    plan = asked.order_by("-troubled_at", "-pk").explain()
    assert "sending_delivery_troubled" in plan
    assert "Sort" not in plan


def heap_only():
    """How many changes of deliveries in this transaction wrote no index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'sending_delivery'"
        )
        return cursor.fetchone()[0]
