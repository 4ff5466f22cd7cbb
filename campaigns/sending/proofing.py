"""What the proof of a campaign says about its recipients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.audience.segments import applying
from campaigns.composing import freezing
from campaigns.composing.models import Campaign
from campaigns.composing.proofing import gaps
from campaigns.composing.proofing.finding import Finding, Weight
from campaigns.sending.querysets import launching


def unfilled(campaign: Campaign) -> Iterator[Finding]:
    """Give the fields that some of those whom a launch would reach have not filled in."""
    yield from gaps.findings(campaign, launching.audience(campaign))


def in_segments(campaign: Campaign) -> Iterator[Finding]:
    """Give how many of them see what is only for a segment, and how many what is for the others."""
    revision = freezing.unregistered(campaign)
    people = launching.audience(campaign)
    total = people.count() if revision.segments else 0
    for one in campaign.workspace.segments.filter(key__in=revision.segments).order_by("name"):
        inside = applying.among(people, [one]).count()
        facts = {
            "n": intcomma(inside),
            "total": intcomma(total),
            "rest": intcomma(total - inside),
            "name": one.name,
        }
        message = _(
            "%(n)s of %(total)s recipients are in “%(name)s” now and see what is for them; the "
            "other %(rest)s see what is for everybody else."
        )
        weight = Weight.MAY
        if not inside:
            weight = Weight.SHOULD
            message = _(
                "None of the %(total)s recipients is in “%(name)s” now: nobody sees what is only "
                "for them."
            )
        yield Finding(weight, message % facts, at=one.key)


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
