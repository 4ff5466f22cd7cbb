"""What is refused "for now" is tried again until its day is over, by the database's clock."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from campaigns.sending import pacing
from campaigns.sending.models import Delivery
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.querysets import ledger, moves
from campaigns.sending.querysets.results import Result
from tests.sending import stage
from tests.sending.claims import claim_and_intend

pytestmark = pytest.mark.django_db(transaction=True)

REFUSAL: dict[str, Any] = {"code": 450, "enhanced_code": "4.2.2", "reason": "mailbox full"}


def try_again(campaign, *, first_tried_hours_ago=None, settle=True, **result):
    """Claim the one delivery, hand it over in the test's mind, and settle it as refused."""
    Delivery.objects.update(next_at=timezone.now())
    if first_tried_hours_ago is not None:
        before = timezone.now() - timedelta(hours=first_tried_hours_ago)
        Delivery.objects.update(first_tried_at=before)
    token = uuid.uuid4()
    rows = ledger.claim(campaign.pk, token=token, limit=1, lease=timedelta(seconds=60))
    [delivery_id] = ledger.exchange(token, [], [row.id for row in rows])
    refused = Result(delivery_id, "pending", **(REFUSAL | {"delay": 3600} | result))
    if not settle:
        moves.reap_intents(timedelta(seconds=-1), "")
    ledger.exchange(token, [refused], [])
    return Delivery.objects.get()


@pytest.fixture
def campaign(workspace):
    return stage.make_sending(workspace, people=1)


def test_the_first_refusal_begins_the_day_and_the_next_do_not(campaign):
    first = try_again(campaign)
    assert first.first_tried_at == first.sending_at
    second = try_again(campaign)
    assert second.first_tried_at == first.first_tried_at
    assert second.sending_at > first.sending_at


def test_what_was_not_tried_begins_nothing(campaign):
    assert try_again(campaign, untried=True).first_tried_at is None
    assert try_again(campaign, settle=False).first_tried_at is not None


def test_after_the_day_it_is_given_up_with_the_last_words(campaign):
    given_up = try_again(campaign, first_tried_hours_ago=24)
    assert given_up.state == "expired"
    assert given_up.done_at is not None
    assert (given_up.code, given_up.enhanced_code) == (450, "4.2.2")
    assert given_up.reason == "mailbox full"
    assert moves.finish(campaign.pk)


def test_before_its_end_the_last_try_is_at_its_end(campaign):
    waiting = try_again(campaign, first_tried_hours_ago=23.5, delay=14_400)
    assert waiting.state == "pending"
    assert waiting.next_at == waiting.first_tried_at + timedelta(hours=24)


# A clock by which the day ends right after the first look at it.
TURNING = """
CREATE SCHEMA turning;
CREATE SEQUENCE turning.looks;
CREATE FUNCTION turning.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.clock_timestamp()
           + CASE WHEN nextval('turning.looks') > 1 THEN interval '1 day' ELSE interval '0' END $$;
SET search_path = turning, public, pg_catalog
"""


def test_a_day_that_ends_while_it_is_written_down_is_over_or_not(campaign):
    Delivery.objects.update(first_tried_at=timezone.now() - timedelta(hours=23))
    token, [delivery_id] = claim_and_intend(campaign)
    with connection.cursor() as cursor:
        cursor.execute(TURNING)
        try:
            ledger.exchange(token, [Result(delivery_id, "pending", **REFUSAL)], [])
        finally:
            cursor.execute("RESET search_path; DROP SCHEMA turning CASCADE")
    assert Delivery.objects.get().state == "pending"


def test_how_long_it_is_tried_is_a_setting(campaign, settings):
    settings.SEND_DEADLINE_HOURS = 48
    assert try_again(campaign, first_tried_hours_ago=47).state == "pending"


def test_a_provider_in_trouble_costs_nobody_their_day(campaign):
    waiting = try_again(campaign, first_tried_hours_ago=30, untried=True, delay=0)
    assert waiting.state == "pending"


def test_the_pauses_grow_and_are_not_the_same_for_all():
    def delay(attempt):
        row = ledger.Claimed(1, uuid.uuid4().hex, "", "none", 0, 1, attempt, 1, {})
        return pacing.result(row, Outcome(Verdict.DEFERRED, 450)).delay

    assert 48 <= delay(0) <= 72
    assert 48 * 60 <= delay(3) <= 72 * 60
    assert 3 * 3600 <= delay(30) <= 5 * 3600
    assert len({delay(3) for _ in range(10)}) > 1
