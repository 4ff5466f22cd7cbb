"""The embedded default: a campaign from an inbox sender arrives in the local inbox."""

import pytest

from campaigns.composing.models import Campaign
from campaigns.sending import launch, transport
from campaigns.sending.models import Delivery, InboxMail
from campaigns.sending.testing import mailing
from tests import world
from tests.sending import stage
from tests.sending.test_inbox_server import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(workspace):
    return world.make_campaign(
        workspace, sender=world.make_sender(workspace), lists=[world.make_list(workspace)]
    )


def test_every_delivery_is_one_mail_in_the_inbox(campaign, settings):
    stage.make_many(campaign.workspace, campaign.lists.get(), 150)
    with running() as settings.INBOX_PORT:
        assert launch.launch(campaign)
        assert launch.prepare(campaign.pk)
        while transport.work(campaign.pk, seconds=30):
            pass
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SENT
    mails = InboxMail.objects.filter(workspace=campaign.workspace)
    sent = Delivery.objects.filter(state="sent").values_list("uuid", flat=True)
    arrived = list(mails.values_list("delivery_uuid", flat=True))
    assert len(arrived) == 150
    assert set(arrived) == set(sent)
    assert len(sent) == 150


def test_a_test_mail_arrives_there_too(campaign, settings):
    with running() as settings.INBOX_PORT:
        mailing.send(campaign, ["alice@example.org"], None)
    assert InboxMail.objects.get().subject == "[Test] Hello"
