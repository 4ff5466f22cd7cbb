"""Stop a campaign that does harm: too many dead addresses, complaints, errors, refusals.

Looked at by every tick. What one mailbox provider refuses holds its part alone; the rest of
the limits pause the campaign. A person decides how it goes on, and then counting begins anew.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from campaigns.composing.models import Campaign
from campaigns.sending import apart, steering
from campaigns.sending.models import Alarm, Canary
from campaigns.sending.pacing import alarms, parts, words
from campaigns.sending.pacing.thresholds import ENOUGH, Sample, is_too_much
from campaigns.sending.querysets import holding, signals
from campaigns.sending.querysets.signals import Signals

Cause = Alarm.Cause


def look() -> list[Alarm]:
    """Look at all campaigns that are under way, stop what does harm, and return the alarms.

    Raises `ApartError` with the campaigns that could not be looked at, after all others were.
    """
    running = Campaign.objects.filter(status=Campaign.Status.SENDING)
    campaigns = {campaign.pk: campaign for campaign in running.select_related("workspace")}
    if not campaigns:
        return []
    canaries = Canary.objects.filter(campaign__in=campaigns, ended_at__isnull=True)
    few = {canary.campaign_id: Sample(canary.size, canary.size // 2) for canary in canaries}
    held = set(_held(list(campaigns)))
    heard = signals.read(list(campaigns))
    raised: list[Alarm | None] = []

    def look_at(campaign_id: int) -> None:
        campaign, sample = campaigns[campaign_id], few.get(campaign_id, ENOUGH)
        found = heard[campaign_id]
        raised.append(_whole(campaign, found.values(), sample, in_canary=campaign_id in few))
        raised.extend(
            _part(campaign, mailbox, one, sample)
            for mailbox, one in found.items()
            if (campaign_id, mailbox) not in held
        )

    apart.each("Looking at campaign", heard, look_at)
    return [alarm for alarm in raised if alarm is not None]


def _held(campaign_ids: list[int]) -> QuerySet[Alarm, tuple[int, str]]:
    alarms = Alarm.objects.filter(campaign__in=campaign_ids, lifted_at__isnull=True)
    return alarms.values_list("campaign", "mailbox")


def _whole(
    campaign: Campaign, found: Collection[Signals], sample: Sample, *, in_canary: bool
) -> Alarm | None:
    handed = sum(one.handed for one in found)
    counts = {
        Cause.HARD_BOUNCES: sum(one.dead for one in found),
        Cause.COMPLAINTS: sum(one.complaints for one in found),
        Cause.ERRORS: sum(one.errors for one in found),
    }
    for cause, n in counts.items():
        if is_too_much(cause, n, handed, sample):
            alarm = Alarm(campaign=campaign, cause=cause, counted=n, handed=handed)
            return alarm if _pause(campaign, alarm, in_canary=in_canary) else None
    return None


def _part(campaign: Campaign, mailbox: str, found: Signals, sample: Sample) -> Alarm | None:
    blocked, handed = found.blocked, found.handed
    if not is_too_much(Cause.BLOCKS, blocked, handed, sample):
        return None
    alarm = Alarm(
        campaign=campaign,
        cause=Cause.BLOCKS,
        mailbox=mailbox,
        counted=blocked,
        handed=handed,
        retry_at=parts.wait(0),
    )
    if not alarms.sound(alarm):
        return None
    holding.hold(campaign.pk, mailbox)
    return alarm


def _pause(campaign: Campaign, alarm: Alarm, *, in_canary: bool) -> bool:
    causes = Campaign.PauseCause
    with transaction.atomic():
        cause = causes.CANARY if in_canary else causes.BREAKER
        if not steering.pause(campaign, words.why(alarm), cause=cause):
            return False
        return alarms.sound(alarm)
