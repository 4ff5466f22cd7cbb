"""What was seen of a mail confirms it, for some days."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from campaigns.sending import evidence
from campaigns.sending.models import Delivery
from tests.sending import stage
from tests.sending.telling import hard_bounce, make_provider, postmark_event, tell
from tracking.models import Engagement

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("event", "state"), [("Delivery", "sent"), ("SpamComplaint", "sent"), ("Bounce", "sent")]
)
def test_what_a_provider_can_only_know_of_a_mail_it_took_confirms_it(
    client, workspace, delivery, event, state
):
    stage.become(Delivery.objects.all(), "unknown", message_id="")
    fields = {"Type": "Transient", "Email": delivery.address} if event != "Delivery" else {}
    tell(client, make_provider(workspace), postmark_event(delivery, event, **fields))
    delivery.refresh_from_db()
    assert delivery.state == state
    assert delivery.message_id == "pm-1"


def test_a_rejected_mail_was_not_sent(client, workspace, delivery):
    stage.become(Delivery.objects.all(), "unknown")
    tell(client, make_provider(workspace), hard_bounce(delivery, Type="ManuallyDeactivated"))
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_who_opened_it_has_got_it(workspace, delivery):
    stage.become(Delivery.objects.all(), "unknown")
    assert evidence.look() == 0
    Engagement.objects.create(
        workspace_id=workspace.pk,
        campaign_id=delivery.campaign_id,
        delivery_id=delivery.pk,
        contact_id=delivery.contact_id,
    )
    assert evidence.look() == 1
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_all_that_left_a_trace_are_confirmed_however_many_are_in_doubt(workspace, monkeypatch):
    """Not only those who are in doubt since lately."""
    monkeypatch.setattr(evidence, "MOST", 2)
    campaign = stage.make_sending(workspace, people=9)
    rows = list(Delivery.objects.order_by("pk"))
    for minutes, row in enumerate(rows, 1):
        since = timezone.now() - timedelta(minutes=minutes)
        stage.become(Delivery.objects.filter(pk=row.pk), "unknown", unknown_since=since)
    for row in rows[5:]:
        Engagement.objects.create(
            workspace_id=workspace.pk,
            campaign_id=campaign.pk,
            delivery_id=row.pk,
            contact_id=row.contact_id or 0,
        )
    assert [evidence.look(), evidence.look(), evidence.look()] == [2, 2, 0]
    assert stage.states(campaign) == {"unknown": 5, "sent": 4}


@pytest.mark.parametrize(
    ("event", "fields", "state"),
    [
        ("Delivery", {}, "sent"),
        ("Bounce", {"Type": "Transient"}, "sent"),
        ("Bounce", {"Type": "ManuallyDeactivated"}, "failed"),
    ],
)
def test_what_was_told_before_the_answer_was_lost_counts_as_well(
    client, workspace, delivery, event, fields, state
):
    """The event overtakes our own reply; then the worker dies, and nobody tells it again."""
    just = timezone.now() - timedelta(seconds=1)
    stage.become(Delivery.objects.all(), "sending", sending_at=just, claim_token=uuid.uuid4())
    told = postmark_event(delivery, event, **fields, Email=delivery.address)
    tell(client, make_provider(workspace), told)
    delivery.refresh_from_db()
    assert delivery.state == "sending"
    stage.become(Delivery.objects.all(), "unknown")
    assert evidence.look() == 1
    delivery.refresh_from_db()
    assert delivery.state == state


def test_a_refusal_of_an_earlier_try_says_nothing_of_this_one(client, workspace, delivery):
    told = hard_bounce(delivery, Type="ManuallyDeactivated")
    stage.become(
        Delivery.objects.all(), "sending", sending_at=timezone.now(), claim_token=uuid.uuid4()
    )
    tell(client, make_provider(workspace), told)
    stage.become(Delivery.objects.all(), "unknown", sending_at=timezone.now())
    assert evidence.look() == 0


@pytest.mark.parametrize("state", ["pending", "claimed", "failed", "expired"])
def test_who_has_it_after_all_is_not_sent_it_again(client, workspace, delivery, state):
    """It was sent again because nobody knew; now the first turns out to have arrived."""
    stage.become(Delivery.objects.all(), state, resends=1, claim_token=uuid.uuid4())
    tell(client, make_provider(workspace), postmark_event(delivery))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.claim_token) == ("sent", None)


@pytest.mark.parametrize("state", ["pending", "claimed", "failed", "expired", "cancelled"])
def test_but_what_was_never_in_doubt_stays_what_it_is(client, workspace, delivery, state):
    stage.become(Delivery.objects.all(), state, claim_token=uuid.uuid4())
    tell(client, make_provider(workspace), postmark_event(delivery))
    delivery.refresh_from_db()
    assert delivery.state == state


def test_evidence_is_not_looked_for_for_ever(workspace, delivery):
    long_ago = timezone.now() - timedelta(days=4)
    stage.become(Delivery.objects.all(), "unknown", unknown_since=long_ago)
    assert evidence.look() == 0


def test_tracking_learns_when_a_mail_was_sent(delivery):
    Delivery.objects.update(sending_at=timezone.now())
    delivery.refresh_from_db()
    assert evidence.sent_times([delivery.pk, 0]) == {delivery.pk: delivery.sending_at}


def test_a_rejection_of_an_earlier_try_says_nothing_of_the_one_in_doubt(
    client, workspace, delivery
):
    """Called failed, it could be tried again: and whoever got the last try would get two."""
    stage.become(Delivery.objects.all(), "unknown", attempt=2, sending_at=timezone.now())
    tell(client, make_provider(workspace), hard_bounce(delivery, Type="ManuallyDeactivated"))
    assert evidence.look() == 0
    delivery.refresh_from_db()
    assert delivery.state == "unknown"


def test_a_rejection_of_the_last_try_is_believed(client, workspace, delivery):
    began = datetime(2026, 3, 1, 10, 0, 0, 400_000, UTC)
    stage.become(Delivery.objects.all(), "unknown", attempt=2, sending_at=began)
    tell(client, make_provider(workspace), hard_bounce(delivery, Type="ManuallyDeactivated"))
    delivery.refresh_from_db()
    assert delivery.state == "failed"
