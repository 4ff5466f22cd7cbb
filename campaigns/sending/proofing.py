"""What the proof of a campaign says about its recipients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import ngettext

from campaigns.composing.models import Campaign
from campaigns.composing.proofing import gaps
from campaigns.composing.proofing.finding import Finding, Weight
from campaigns.sending.querysets import launching


def unfilled(campaign: Campaign) -> Iterator[Finding]:
    """Give the fields that some of those whom a launch would reach have not filled in."""
    yield from gaps.findings(campaign, launching.audience(campaign))


def mailed_today(campaign: Campaign) -> Iterator[Finding]:
    """Give how many of them have got a mail of ours since midnight."""
    zone = ZoneInfo(campaign.workspace.time_zone)
    midnight = datetime.combine(timezone.localdate(timezone=zone), time.min, zone)
    number = launching.mailed_since(campaign, midnight)
    if number:
        message = ngettext(
            "%(n)s of the recipients has got a mail from you today already.",
            "%(n)s of the recipients have got a mail from you today already.",
            number,
        )
        yield Finding(Weight.MAY, message % {"n": intcomma(number)}, field="lists")
