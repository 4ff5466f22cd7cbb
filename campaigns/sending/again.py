"""Give another chance: retry the failed, send again to the unconfirmed, send to newcomers.

Each is a person's decision about what they saw at a moment, `as_of`: what was decided
later is not meant, so that pressing a button twice changes nothing. Whoever unsubscribed,
complained or is suppressed stays out by the check at the intent, as at the first try.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending.models import Delivery
from campaigns.sending.pacing import canary
from campaigns.sending.querysets import again, canaries, joining

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


def send_to_joined(campaign: Campaign, *, few_first: bool = True) -> int:
    """Send the campaign to those who joined its lists since its launch; return how many.

    When they are a crowd, a few of them get it first, unless somebody does not want that.
    """
    last = Delivery.objects.filter(campaign=campaign.pk).aggregate(last=Max("pk"))["last"]
    is_begun = few_first and canary.begin_again(campaign, joining.count(campaign))
    added = _add_joined(campaign)
    if is_begun and added:
        canaries.prefer(campaign.pk, size=settings.CANARY_SIZE, after=last or 0)
    elif is_begun:
        canary.end(campaign)
    return added


def _add_joined(campaign: Campaign) -> int:
    added = joining.take_back(campaign.pk)
    minimum = int(settings.AGGREGATE_MINIMUM)
    while chunk := joining.add(campaign.pk, chunk=CHUNK, minimum=minimum):
        added += chunk
    return added
