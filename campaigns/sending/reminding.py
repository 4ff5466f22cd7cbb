"""Send again, under a new subject, to those who did not open: a campaign of its own.

It is a draft like any other, so it can be changed, tested and scheduled. Who gets it is
decided when it is launched, and asked again before each window of mails is promised:
whoever has opened, left or been suppressed by then does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.accounts.models import User
from campaigns.composing import editing
from campaigns.composing.models import Campaign
from campaigns.sending.querysets import launching, non_openers


@dataclass(frozen=True)
class Reach:
    """Whom a reminder would reach of those the campaign was sent to, and whom it leaves out."""

    sent: int
    # Nothing is known of their reading: not measured one by one, withdrawn, erased, bounced.
    not_known: int
    # Opened or clicked, or perhaps did.
    read: int
    # Did not, and have left or must not be mailed since.
    gone: int
    reached: int


def reach(campaign: Campaign) -> Reach:
    """Count whom a reminder of `campaign` would reach now."""
    known = non_openers.counts(campaign.pk)
    reached = launching.audience(_reminder(campaign)).count()
    return Reach(known.sent, known.not_known, known.read, known.not_read - reached, reached)


@transaction.atomic
def remind(campaign: Campaign, user: User, subject: str) -> Campaign:
    """Make the draft: the content of `campaign` under `subject`, for those who did not open it."""
    copy = editing.duplicate(campaign, user)
    Campaign.objects.filter(pk=copy.pk).update(
        subject=subject,
        name=(_("Reminder: %s") % campaign.name)[:150],
        non_openers_of=campaign,
    )
    copy.refresh_from_db()
    return copy


def _reminder(campaign: Campaign) -> Campaign:
    """The campaign as its own reminder, unsaved, to ask for its audience."""
    return Campaign(pk=campaign.pk, workspace=campaign.workspace, non_openers_of=campaign)
