"""What nobody can know is held, unless a member chose to have it sent once more."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import doubts, evidence, reaping
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import again
from tests.sending import stage
from tracking.models import Engagement

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doubtful(workspace):
    """A campaign with two deliveries that are not confirmed, for an hour now."""
    campaign = stage.make_sending(workspace, people=2, on_unknown="retry")
    lose(timezone.now() - timedelta(hours=1))
    return campaign


def lose(at):
    times = {"done_at": at, "sending_at": at, "unknown_since": at}
    stage.become(Delivery.objects.all(), "unknown", **times, claim_token=uuid.uuid4())


@pytest.mark.parametrize("status", ["sending", "sent"])
def test_with_the_policy_it_goes_out_again(doubtful, status):
    Campaign.objects.update(status=status)
    reaping.reap()
    assert stage.states(doubtful) == {"pending": 2}
    doubtful.refresh_from_db()
    assert doubtful.status == Campaign.Status.SENDING


@pytest.mark.parametrize("status", ["paused", "cancelled"])
def test_not_while_the_campaign_is_held_or_over(doubtful, status):
    Campaign.objects.update(status=status)
    reaping.reap()
    assert stage.states(doubtful) == {"unknown": 2}


def test_by_default_never(doubtful, monkeypatch):
    assert stage.make_sending(doubtful.workspace, people=0).on_unknown == "hold"
    Campaign.objects.update(on_unknown="hold")
    # Whoever calls, and whatever was asked before: the statement itself refuses.
    wait = timedelta(seconds=-1)
    assert again.resend_due(doubtful.pk, wait=wait, longest=timedelta(days=9)) == 0
    assert doubts.resend_due() == 0
    assert stage.states(doubtful) == {"unknown": 2}


def test_evidence_has_its_time_to_come(doubtful, settings):
    lose(timezone.now() - timedelta(seconds=settings.SEND_DOUBT_SECONDS - 60))
    reaping.reap()
    assert stage.states(doubtful) == {"unknown": 2}


def test_who_opened_it_is_not_sent_to_again(doubtful):
    opened = Delivery.objects.order_by("pk")[0]
    assert opened.contact_id
    Engagement.objects.create(
        workspace_id=doubtful.workspace_id,
        campaign_id=doubtful.pk,
        delivery_id=opened.pk,
        contact_id=opened.contact_id,
        opens_sure=1,
    )
    reaping.reap()
    opened.refresh_from_db()
    assert opened.state == "sent"
    assert stage.states(doubtful) == {"sent": 1, "pending": 1}


def test_nobody_is_sent_to_more_than_twice(doubtful):
    reaping.reap()
    lose(timezone.now() - timedelta(hours=1))
    reaping.reap()
    assert stage.states(doubtful) == {"unknown": 2}


def test_what_is_long_past_is_left_to_a_person(doubtful):
    lose(timezone.now() - evidence.LOOK_BACK - timedelta(minutes=1))
    reaping.reap()
    assert stage.states(doubtful) == {"unknown": 2}


@pytest.mark.parametrize(("status", "can"), [("draft", True), ("scheduled", True), ("sent", False)])
def test_the_policy_is_chosen_before_the_launch(workspace, status, can):
    campaign = stage.make_sending(workspace, people=0)
    Campaign.objects.update(status=status, scheduled_at=timezone.now())
    assert doubts.choose(campaign, "retry") is can
    campaign.refresh_from_db()
    assert (campaign.on_unknown == "retry") is can
