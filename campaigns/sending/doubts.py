"""What becomes of mails of which nobody can know: left alone, or sent once more.

By default they are left alone, and shown. A member who was told that some people may get
the mail twice can choose otherwise for one campaign, before it goes out.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from campaigns.composing.models import Campaign
from campaigns.sending import apart, evidence
from campaigns.sending.launch import LAUNCHABLE
from campaigns.sending.querysets import again, doubts


def choose(campaign: Campaign, policy: str) -> bool:
    """Choose what to do about the unconfirmed, and say whether that could still be chosen."""
    rows = Campaign.objects.filter(pk=campaign.pk, status__in=LAUNCHABLE)
    return rows.update(on_unknown=Campaign.OnUnknown(policy)) == 1


def resend_due() -> int:
    """Send again what may be, once for each person, after evidence had its time to come.

    Returns for how many campaigns something was.
    """
    wait = timedelta(seconds=settings.SEND_DOUBT_SECONDS)
    ids = doubts.campaigns_due(wait=wait, longest=evidence.LOOK_BACK)
    longest = evidence.LOOK_BACK
    return apart.each(
        "Sending again what is not confirmed of campaign",
        ids,
        lambda pk: again.resend_due(pk, wait=wait, longest=longest),
    )
