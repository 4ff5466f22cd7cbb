"""Campaigns of a sender: some are over, with what came of them, some under way."""

from datetime import timedelta

from django.db.models import F

from campaigns.sending import transport
from campaigns.sending.models import DayTally
from tests import world
from tests.sending import stage


def over_and_done(sender, people=150, **answers):
    """A campaign of the sender that is sent; no breaker of its own says anything about it."""
    campaign = stage.make_sending(sender.workspace, people=people, sender=sender)
    stage.taken(campaign, people, **answers)
    campaign.status = "sent"
    campaign.save(update_fields=["status"])
    return campaign


def under_way(sender, people=3):
    campaign = world.make_campaign(
        sender.workspace, sender=sender, lists=[world.make_list(sender.workspace)]
    )
    stage.make_many(sender.workspace, campaign.lists.get(), people, name=f"c{campaign.pk}-")
    stage.go(campaign)
    return campaign


def a_week_passes():
    DayTally.objects.update(day=F("day") - timedelta(days=7))


def stops(campaign):
    transport.work(campaign.pk, seconds=10)
    campaign.refresh_from_db()
    return (campaign.status, campaign.pause_cause) == ("paused", "sender")
