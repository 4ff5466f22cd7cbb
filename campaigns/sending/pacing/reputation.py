"""Stop a sender that does harm over all its campaigns, however small each of them is.

Mailbox providers judge a From domain, not a campaign. Asked at the beginning of each turn of
a worker, so that a sender that was stopped mails nothing before a person has looked.
"""

from __future__ import annotations

from django.db import transaction

from campaigns.composing.models import Campaign
from campaigns.sending import steering
from campaigns.sending.models import Alarm
from campaigns.sending.pacing import alarms, thresholds, words
from campaigns.sending.querysets import weeks

Cause = Alarm.Cause


def stop(campaign: Campaign) -> bool:
    """Pause all that the campaign's sender has under way if it does harm; say whether it does."""
    tripped = _tripped(campaign.sender_id)
    if tripped is None:
        return False
    cause, counted, handed = tripped
    running = Campaign.objects.filter(
        sender=campaign.sender_id, workspace=campaign.workspace_id, status=Campaign.Status.SENDING
    )
    for one in running.select_related("workspace", "sender"):
        alarm = Alarm(campaign=one, sender=one.sender, cause=cause, counted=counted, handed=handed)
        _pause(one, alarm)
    return True


def warning(campaign: Campaign) -> str:
    """Say why the campaign would be stopped at once if it were sent now, or nothing."""
    tripped = _tripped(campaign.sender_id)
    if tripped is None:
        return ""
    cause, counted, handed = tripped
    alarm = Alarm(sender=campaign.sender, cause=cause, counted=counted, handed=handed)
    return words.why(alarm)


def _tripped(sender_id: int | None) -> tuple[Alarm.Cause, int, int] | None:
    if sender_id is None:
        return None
    week = weeks.of(sender_id)
    counts = {Cause.HARD_BOUNCES: week.dead, Cause.COMPLAINTS: week.complaints}
    for cause, n in counts.items():
        if thresholds.is_too_much(cause, n, week.handed):
            return cause, n, week.handed
    return None


def _pause(campaign: Campaign, alarm: Alarm) -> None:
    with transaction.atomic():
        if steering.pause(campaign, words.why(alarm), cause=Campaign.PauseCause.SENDER):
            alarms.sound(alarm)
