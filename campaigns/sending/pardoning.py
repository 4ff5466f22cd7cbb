"""Let a sender go on that was stopped: one decision for all its campaigns that wait for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.accounts.models import Sender, User
from campaigns.composing.models import Campaign
from campaigns.composing.querysets import CampaignQuerySet
from campaigns.sending import steering


@dataclass(frozen=True)
class Pardon:
    """Which campaigns go on, and which cannot as they are, each with what to change."""

    resumed: list[Campaign] = field(default_factory=list)
    stuck: list[tuple[Campaign, str]] = field(default_factory=list)


def stopped(sender: Sender) -> CampaignQuerySet:
    """Campaigns that wait because of what their sender did over all of them."""
    cause = Campaign.PauseCause.SENDER
    waiting = Campaign.objects.filter(status=Campaign.Status.PAUSED, pause_cause=cause)
    return waiting.filter(sender=sender, workspace=sender.workspace_id).order_by("pk")


def pardon(sender: Sender, *, by: User) -> Pardon:
    """Resume all that was stopped with the sender. One that cannot go on keeps no other."""
    found = Pardon()
    for campaign in stopped(sender).select_related("sender__provider", "workspace"):
        try:
            if steering.resume(campaign, by=by):
                found.resumed.append(campaign)
        except steering.SteeringError as error:
            found.stuck.append((campaign, str(error)))
    return found
