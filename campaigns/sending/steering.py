"""Pause, resume and cancel a campaign; take one back to the desk.

Every verb is one guarded change and says whether it was the one that made it.
"""

from __future__ import annotations

import logging

from django.db import OperationalError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.accounts.models import User
from campaigns.audience import addresses
from campaigns.composing import checks, freezing
from campaigns.composing.models import Campaign
from campaigns.sending.models import Alarm, Delivery, Lease
from campaigns.sending.pacing import alarms, words
from campaigns.sending.querysets import moves

logger = logging.getLogger(__name__)

Status, Cause = Campaign.Status, Campaign.PauseCause
# Rows that one request cancels; the tick does the rest.
CANCEL_ROWS = 20_000


class SteeringError(Exception):
    """The campaign cannot go on as it is; the message says what to change."""


def pause(campaign: Campaign, reason: str = "", *, cause: Campaign.PauseCause = Cause.USER) -> bool:
    """Stop handing mails over. What is under way at this moment may still leave."""
    facts = {"pause_reason": reason[:300], "pause_cause": cause}
    return _move(campaign, Status.SENDING, to=Status.PAUSED, **facts)


def resume(campaign: Campaign, *, by: User | None = None) -> bool:
    """Go on, with the campaign's newest content for those who did not get it yet.

    Nothing of them is touched here, however many they are: claims and intents ask which it is.
    A breaker that stopped it counts anew from here, or it would trip again at once.
    Raises `SteeringError` when that content cannot be sent, or is not what was checked.
    """
    problems = checks.problems(campaign)
    if problems:
        raise SteeringError(problems[0].message)
    revision = freezing.freeze(campaign)
    with transaction.atomic():
        same = Campaign.objects.filter(pk=campaign.pk, revision=revision.number)
        facts = {"pause_reason": "", "pause_cause": ""}
        if same.move(source=[Status.PAUSED], target=Status.SENDING, **facts):
            alarms.lift(campaign.pk, by=by)
            campaign.status = Status.SENDING
            return True
    if Campaign.objects.filter(pk=campaign.pk, status=Status.PAUSED).exists():
        raise SteeringError(_("Somebody changed the content just now. Look at it, then resume."))
    return False


def cancel(campaign: Campaign) -> bool:
    """End the campaign for good; nobody else gets it."""
    done = _move(
        campaign,
        *(Status.SCHEDULED, Status.PREPARING, Status.SENDING, Status.PAUSED),
        to=Status.CANCELLED,
        finished_at=Now(),
        pause_reason="",
        pause_cause="",
    )
    if done:
        cancel_rest(campaign.pk)
    return done


def cancel_rest(campaign_id: int) -> None:
    """If the campaign is cancelled, cancel what of it still waits, or a good part of that."""
    waiting = Delivery.objects.filter(campaign=campaign_id).waiting()
    if not Campaign.objects.filter(pk=campaign_id, status=Status.CANCELLED).exists():
        return
    if waiting.exists() or Lease.objects.filter(campaign=campaign_id).exists():
        moves.cancel_some(campaign_id, CANCEL_ROWS)


def to_draft(campaign: Campaign) -> bool:
    """Take a campaign that has not gone out back to be changed."""
    return _move(
        campaign,
        *(Status.SCHEDULED, Status.MISSED, Status.FAILED),
        to=Status.DRAFT,
        scheduled_at=None,
        scheduled_locally=False,
        pause_reason="",
        pause_cause="",
    )


def stop_for_provider(campaign: Campaign, text: str) -> bool:
    """Pause because the provider takes nothing, in its own words, and tell the owners."""
    return _stop(campaign, Alarm.Cause.PROVIDER, text, cause=Cause.PROVIDER)


def stop_for_refusals(campaign: Campaign, text: str) -> bool:
    """Pause because one mail after the other was refused, and tell the owners."""
    text = text or _("the mail could not be made")
    return _stop(campaign, Alarm.Cause.REFUSALS, text, cause=Cause.ERRORS)


def stop_for_database(campaign: Campaign, text: str) -> bool:
    """Pause because the database cannot keep, or might forget, what is done, and tell the owners.

    The pause comes first: where there is no room for an alarm either, nobody is told.
    """
    alarm = Alarm(campaign=campaign, cause=Alarm.Cause.DATABASE, words=text[:300])
    with transaction.atomic():
        if not pause(campaign, words.why(alarm), cause=Cause.ERRORS):
            return False
        try:
            alarms.sound(alarm)
        except OperationalError:
            logger.warning("No alarm of campaign %s could be kept", campaign.pk, exc_info=True)
    return True


def _stop(campaign: Campaign, why: Alarm.Cause, text: str, *, cause: Campaign.PauseCause) -> bool:
    # What is kept with a campaign is not looked for when somebody is erased.
    alarm = Alarm(campaign=campaign, cause=why, words=addresses.masked(text)[:300])
    with transaction.atomic():
        return pause(campaign, words.why(alarm), cause=cause) and alarms.sound(alarm)


def _move(campaign: Campaign, *source: str, to: str, **facts: object) -> bool:
    rows = Campaign.objects.filter(pk=campaign.pk)
    done = rows.move(source=source, target=to, **facts)
    if done:
        campaign.status = Status(to)
    return done
