"""Launch a campaign: decide once, freeze the audience, let it go.

`launch` is the decision, and only one call ever makes it. `prepare` is the work; it may
be killed at any point and begun again by anybody, with the same result.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.composing import checks, freezing
from campaigns.composing.models import Campaign
from campaigns.sending import filling
from campaigns.sending.models import Delivery
from campaigns.sending.pacing import canary
from campaigns.sending.querysets import launching

Status = Campaign.Status
LAUNCHABLE = (Status.DRAFT, Status.SCHEDULED, Status.MISSED)


def launch(campaign: Campaign) -> bool:
    """Decide to send now, to everybody at once, and say whether this call decided it."""
    done = Campaign.objects.filter(pk=campaign.pk).move(
        source=LAUNCHABLE,
        target=Status.PREPARING,
        launched_at=Now(),
        pause_reason="",
        pause_cause="",
        scheduled_locally=False,
    )
    if done:
        campaign.status = Status.PREPARING
    return done


def launch_due(campaign_id: int) -> bool:
    """Launch a scheduled campaign if its moment has come, and say whether this call did."""
    return (
        Campaign.objects.due()
        .filter(pk=campaign_id)
        .move(source=[Status.SCHEDULED], target=Status.PREPARING, launched_at=Now())
    )


def prepare(campaign_id: int) -> bool:
    """Freeze the content and the audience, and say whether the campaign now sends."""
    campaign = (
        Campaign.objects.select_related("workspace", "sender")
        .filter(pk=campaign_id, status=Status.PREPARING)
        .first()
    )
    if campaign is None:
        return False
    problems = checks.problems(campaign)
    if problems:
        return _fail(campaign, problems[0].message)
    revision = freezing.freeze(campaign)
    filling.fill(revision)
    launching.tell_the_planner()
    launching.protect_few(campaign_id, minimum=settings.AGGREGATE_MINIMUM)
    if not Delivery.objects.filter(campaign=campaign_id).exists():
        return _fail(campaign, _("Nobody on the chosen lists can be mailed."))
    canary.begin(campaign)
    ready = Campaign.objects.filter(pk=campaign_id)
    if ready.filter(pause_cause="").move(source=[Status.PREPARING], target=Status.SENDING):
        return True
    # A person was asked about it meanwhile: see `fence`.
    ready.exclude(pause_cause="").move(source=[Status.PREPARING], target=Status.PAUSED)
    return False


@transaction.atomic
def _fail(campaign: Campaign, reason: str) -> bool:
    failed = Campaign.objects.filter(pk=campaign.pk).move(
        source=[Status.PREPARING], target=Status.FAILED, pause_reason=reason[:300]
    )
    if failed:
        # Whoever was killed had frozen a part, which the next launch would mail: to whomever
        # it is by then, and with whatever may be recorded.
        launching.forget(campaign.pk)
        freezing.thaw(campaign)
    return False
