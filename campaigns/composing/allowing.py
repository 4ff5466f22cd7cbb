"""What a campaign may record of people: the least of what all who have a say allow.

The operator sets the most for all. The workspace has a policy; each list and the campaign
itself may be stricter, never laxer. The strictest of the lists counts for all of the mails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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

    @property
    def words(self) -> str:
        """Say to a marketer what is recorded, and of whom."""
        return _words(self.policy, self.most)

    @property
    def reason(self) -> str:
        """Say which lists make it less than the workspace and the campaign want."""
        if not self.because_of:
            return ""
        names = ", ".join(f"“{name}”" for name in self.because_of)
        return ngettext(
            "That is because of the list %(names)s, which allows no more.",
            "That is because of the lists %(names)s, which allow no more.",
            len(self.because_of),
        ) % {"names": names}

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
    of_all = [settings.MEASURING_MOST, campaign.tracking]
    most = measuring.least(*of_all, *(one.tracking for one in lists))
    return Allowance(
        policy=policy,
        most=most,
        because_of=_because_of(campaign, lists, policy=policy, most=most),
    )


def _because_of(
    campaign: Campaign, lists: Sequence[List], *, policy: str, most: str
) -> tuple[str, ...]:
    stricter = policy not in (campaign.workspace.policy, campaign.policy)
    lower = most not in (campaign.tracking, settings.MEASURING_MOST)
    return tuple(
        one.name
        for one in lists
        if (stricter and one.policy == policy) or (lower and one.tracking == most)
    )


def _words(policy: str, most: str) -> str:
    match most, policy:
        case measuring.NONE, _policy:
            return _("Nothing is recorded: mails carry no pixel, and links are as you wrote them.")
        case measuring.AGGREGATE, "strict":
            return _(
                "Opens and clicks are counted in totals, and only of people who agreed to be "
                "measured. Nothing at all is recorded of the others."
            )
        case measuring.AGGREGATE, _policy:
            return _(
                "Opens and clicks are counted in totals only. Nobody is told apart, and people "
                "who said no are not counted either."
            )
        case _most, "strict":
            return _(
                "You see who opened and clicked among people who agreed to that. Nothing at all "
                "is recorded of the others, not even totals."
            )
        case _most, "consent":
            return _(
                "You see who opened and clicked among people who agreed to that. The others are "
                "counted in totals, and people who said no not at all."
            )
    return _("You see who opened and clicked, of everybody but those who objected.")
