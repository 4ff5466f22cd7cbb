"""Send a campaign to its end, in this process."""

from campaigns.sending import launch, transport
from tests.sending import stage


def start(campaign, people=0):
    stage.make_many(campaign.workspace, campaign.lists.get(), people)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def send(campaign, seconds=20):
    while transport.work(campaign.pk, seconds=seconds):
        pass
    campaign.refresh_from_db()
