"""What this room tells the rooms below it."""

from campaigns.audience import unsubscribing
from tests import world


def test_leaving_through_a_mail_means_the_lists_it_came_through(workspace):
    mine, other = world.make_list(workspace), world.make_list(workspace)
    contact = world.make_contact(workspace, on=mine)
    contact.subscriptions.create(workspace=workspace, list=other)
    campaign = world.make_campaign(workspace, lists=[mine])
    assert unsubscribing.lists_of(contact, campaign.pk) == [mine]
