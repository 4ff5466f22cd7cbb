"""What a campaign may record of people: the least of what all who have a say allow.

The workspace has a policy; each list and the campaign itself may be stricter, never laxer.
The strictest of the lists counts for all of the campaign's mails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.audience import measuring
from campaigns.audience.models import Contact, List
from campaigns.composing.models import Campaign


@dataclass(frozen=True)
class Allowance:
    """What may be recorded at most: of whom, and how much."""

    policy: str
    most: str
    # Whose rules these are, where it is not the workspace's policy or the campaign's choice.
    because_of: tuple[str, ...] = ()

    def modes(self, contact: Contact | None) -> tuple[str, str]:
        """Return what may be recorded of the person's opens and of their clicks."""
        said = contact.measuring if contact else "unknown"
        of_clicks = (contact.measuring_clicks or said) if contact else said
        return self._mode(said), self._mode(of_clicks)

    def _mode(self, said: str) -> str:
        return measuring.least(measuring.most(self.policy, said), self.most)


def of(campaign: Campaign) -> Allowance:
    """Return what mails of `campaign` may record."""
    lists: list[List] = list(campaign.lists.order_by("name")) if campaign.pk else []
    workspace = campaign.workspace.policy
    policy = measuring.strictest(workspace, campaign.policy, *(one.policy for one in lists))
    most = measuring.least(campaign.tracking, *(one.tracking for one in lists))
    return Allowance(
        policy=policy,
        most=most,
        because_of=_because_of(campaign, lists, policy=policy, most=most),
    )


def _because_of(
    campaign: Campaign, lists: Sequence[List], *, policy: str, most: str
) -> tuple[str, ...]:
    stricter = policy not in (campaign.workspace.policy, campaign.policy)
    lower = most != campaign.tracking
    return tuple(
        one.name
        for one in lists
        if (stricter and one.policy == policy) or (lower and one.tracking == most)
    )
