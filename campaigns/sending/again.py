"""Give another chance: retry the failed, send again to the unconfirmed, send to newcomers.

Each is a person's decision about what they saw at a moment, `as_of`: what was decided
later is not meant, so that pressing a button twice changes nothing. Whoever unsubscribed,
complained or is suppressed stays out by the check at the intent, as at the first try.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending.querysets import again, joining

Status = Campaign.Status
# Small enough to hold the campaign's row for a moment only.
CHUNK = 10_000


def retry(
    campaign: Campaign, keys: Sequence[str], *, as_of: datetime, edit_first: bool = False
) -> int:
    """Give the mails that failed for these reasons a new attempt; return how many.

    The keys are those of `reasons.groups`. With `edit_first` a campaign that was sent waits,
    so that a person can mend its content and resume it.
    """
    paused = _("Reopened so that you can edit it before the failed are tried again.")
    return again.retry(campaign.pk, keys, as_of=as_of, paused=paused if edit_first else "")


def resend_unconfirmed(campaign: Campaign, *, as_of: datetime) -> int:
    """Send again to everybody who is not confirmed; return how many.

    Some of them may get the mail twice: for a person to decide who was told so.
    """
    return again.resend(campaign.pk, as_of=as_of)


def count_joined(campaign: Campaign) -> int:
    """Count who would get the campaign now, and did not at its launch."""
    return joining.count(campaign)


def send_to_joined(campaign: Campaign) -> int:
    """Send the campaign to those who joined its lists since its launch; return how many."""
    added = joining.take_back(campaign.pk)
    minimum = int(settings.AGGREGATE_MINIMUM)
    while chunk := joining.add(campaign.pk, chunk=CHUNK, minimum=minimum):
        added += chunk
    return added
