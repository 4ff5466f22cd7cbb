"""What was seen of a mail confirms it, for some days."""

from datetime import timedelta

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


def test_evidence_is_not_looked_for_for_ever(workspace, delivery):
    long_ago = timezone.now() - timedelta(days=4)
    stage.become(Delivery.objects.all(), "unknown", unknown_since=long_ago)
    assert evidence.look() == 0


def test_tracking_learns_when_a_mail_was_sent(delivery):
    Delivery.objects.update(sending_at=timezone.now())
    delivery.refresh_from_db()
    assert evidence.sent_times([delivery.pk, 0]) == {delivery.pk: delivery.sending_at}
