"""Look for people by what they did with a campaign: who opened it, who clicked, which link.

Of people who agreed, and opened or clicked for sure; nobody else is told apart. What is
asked reads the rows that tracking keeps of each person, never single events, so who did it
stays known as long as the date of the first time does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.audience.querysets import ContactQuerySet

CampaignName = Callable[[int, int], str | None]
# Filled by the room of campaigns, which stands above this one.
_campaign_name: list[CampaignName] = []


class Did(models.TextChoices):
    """What people may be looked for by."""

    OPENED = "opened", _("Opened")
    CLICKED = "clicked", _("Clicked")


@dataclass(frozen=True)
class Deed:
    """Something that people did with one campaign of the workspace."""

    did: Did
    campaign_id: int
    campaign: str
    # The number of the link that they clicked; None for any.
    link: int | None

    def narrow(self, people: ContactQuerySet) -> ContactQuerySet:
        """Return those of the people who did it."""
        if self.did == Did.OPENED:
            return people.who_opened(self.campaign_id)
        return people.who_clicked(self.campaign_id, self.link)


def register_campaign_name(function: CampaignName) -> None:
    """Let `function` say what a workspace's campaign is called, or None, by both ids."""
    _campaign_name[:] = [function]


def asked(workspace_id: int, params: Mapping[str, str]) -> Deed | None:
    """Read what a page's address asks for; what makes no sense is left out."""
    did, campaign_id = params.get("did", ""), _number(params.get("campaign", ""))
    if did not in Did.values or campaign_id is None or not _campaign_name:
        return None
    name = _campaign_name[0](workspace_id, campaign_id)
    if name is None:
        return None
    link = _number(params.get("link", "")) if did == Did.CLICKED else None
    return Deed(Did(did), campaign_id, name, link)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
