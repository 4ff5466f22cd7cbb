"""What the pages of sending show, gathered from the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.accounts import provider_tracking
from campaigns.accounts.models import Provider, Workspace
from campaigns.accounts.requests import WorkspaceRequest
from campaigns.audience import people
from campaigns.audience.models import Contact
from campaigns.composing import allowing, checks, narrowing
from campaigns.composing.checks import Problem
from campaigns.composing.models import Campaign
from campaigns.sending import (
    again,
    fence,
    leaks,
    local_times,
    pardoning,
    reasons,
    reckoning,
    scheduling,
    standing_in,
    unreached,
    webhooks,
)
from campaigns.sending.forms import RetryForm, ScheduleForm
from campaigns.sending.models import Cooldown, Delivery
from campaigns.sending.pacing import reputation, showing
from campaigns.sending.progress import Progress, progress, read_look
from campaigns.sending.querysets import again as moves_again
from campaigns.sending.querysets import launching
from campaigns.sending.querysets.deliveries import TROUBLED
from campaigns.sending.testing.forms import TestForm

Status = Campaign.Status
# While in one of these, the numbers may change by themselves.
MOVING = (Status.SCHEDULED, Status.PREPARING, Status.SENDING)


def confirmation(request: WorkspaceRequest, campaign: Campaign) -> dict[str, Any]:
    """Who gets it, from whom, how they are tracked, and what stands in the way."""
    modes = launching.audience_modes(campaign, minimum=settings.AGGREGATE_MINIMUM)
    people = sum(modes.values())
    review = checks.review(campaign)
    return {
        "campaign": campaign,
        "people": people,
        "first_few": showing.first_few(people),
        "canary_minutes": settings.CANARY_MINUTES,
        "modes": modes,
        "allowed": allowing.of(campaign),
        "few": 0 < people < settings.AGGREGATE_MINIMUM,
        "lists": campaign.lists.order_by("name"),
        "segments": narrowing.words(campaign),
        "obstacles": _obstacles([*review.problems, *checks.unapproved(campaign)], people),
        "advice": [*review.advice, *_forebodings(campaign)],
        "test_form": TestForm(
            workspace=request.workspace, initial={"addresses": request.user.email}
        ),
        "schedule_form": ScheduleForm(workspace=request.workspace, initial=_chosen(campaign)),
        "drifted": scheduling.has_drifted(campaign),
        "scheduling": campaign.status == Status.SCHEDULED,
        "on_unknown_choices": Campaign.OnUnknown.choices,
    }


def _forebodings(campaign: Campaign) -> list[Problem]:
    """What would stop the campaign at once, though nothing is wrong with it."""
    why = reputation.warning(campaign)
    return [Problem("sender", f"{_('It would be stopped at once.')} {why}")] if why else []


def obstacles(campaign: Campaign) -> list[Problem]:
    """What has to be mended before this campaign can be sent."""
    modes = launching.audience_modes(campaign, minimum=settings.AGGREGATE_MINIMUM)
    return _obstacles(checks.problems(campaign), sum(modes.values()))


def _obstacles(problems: Sequence[Problem], people: int) -> list[Problem]:
    found = list(problems)
    if fence.is_locked():
        found.append(Problem("", _("This looks like a copy of Candid, so nothing is sent.")))
    if people == 0 and not any(problem.field == "lists" for problem in found):
        found.append(Problem("lists", _("Nobody on the chosen lists can be mailed.")))
    return found


def running(request: WorkspaceRequest, campaign: Campaign) -> dict[str, Any]:
    """How far the campaign is, and who did not get it."""
    deliveries = Delivery.objects.filter(campaign=campaign)
    troubled = deliveries.troubled()
    wanted = request.GET.get("state", "")
    if wanted in TROUBLED:
        troubled = troubled.filter(state=wanted)
    waves = _waves(campaign)
    later = sum(people for _at, people in waves)
    taker = _taker(campaign)
    pace = showing.of_campaign(campaign, taker)
    now = progress(campaign, read_look(request.GET.get("look", "")), later=later)
    known = {state: getattr(now, state) for state in TROUBLED}
    number = known.get(wanted, sum(known.values()))
    order = unreached.order_of(number, request.GET.get("sort", ""))
    return {
        "campaign": campaign,
        "progress": now,
        "groups": reasons.groups(campaign) if now.failed or now.expired else [],
        **_chance(campaign, now),
        "versions": deliveries.versions(campaign.revision) if campaign.revision > 1 else None,
        "waves": waves,
        "waiting_people": later,
        "drifted": scheduling.has_drifted(campaign),
        **_takers(campaign, taker),
        "waiting": _waiting(campaign),
        "pace": pace,
        "stopped_together": _stopped_together(campaign),
        "limit_left": pace.limit.seconds_for(now.remaining - later) if pace.limit else None,
        "wanted": wanted,
        "order": order,
        "page": unreached.page(troubled, order, request.GET.get("at", ""), number=number),
    }


def _chosen(campaign: Campaign) -> dict[str, Any]:
    """What was chosen before: the wall time as entered, else as the clocks there show it."""
    if campaign.scheduled_at is None or not campaign.scheduled_zone:
        return {}
    there = campaign.scheduled_at.astimezone(ZoneInfo(campaign.scheduled_zone))
    wall = local_times.wall_time(campaign) or there
    how = ScheduleForm.LOCALLY if campaign.scheduled_locally else ScheduleForm.TOGETHER
    values = {"date": wall.strftime("%Y-%m-%d"), "time": wall.strftime("%H:%M")}
    return values | {"zone": campaign.scheduled_zone, "how": how}


def retrying(campaign: Campaign, form: RetryForm) -> dict[str, Any]:
    """Why mails did not arrive; what may end differently another time is chosen already."""
    groups = reasons.groups(campaign)
    chosen = set(form.data.getlist("keys")) if form.is_bound else None  # type: ignore[attr-defined]  # a QueryDict
    return {
        "campaign": campaign,
        "form": form,
        **_chance(campaign),
        "groups": [
            (group, group.row.is_transient if chosen is None else group.row.key in chosen)
            for group in groups
        ],
        "as_of": moves_again.now().isoformat(),
    }


def joined(campaign: Campaign) -> dict[str, Any]:
    """How many joined since the launch, and how many of them would get it first."""
    facts = {"campaign": campaign, **_chance(campaign)}
    if facts["chance"]:
        return facts
    people = again.count_joined(campaign)
    few = {"first_few": showing.first_few(people), "canary_minutes": settings.CANARY_MINUTES}
    return facts | {"people": people, **few}


def unconfirmed(campaign: Campaign) -> dict[str, Any]:
    """For how many nobody can know whether the mail arrived."""
    return {
        "campaign": campaign,
        **_chance(campaign),
        "people": Delivery.objects.filter(campaign=campaign).unknown().count(),
        "as_of": moves_again.now().isoformat(),
    }


def measuring(campaign: Campaign) -> dict[str, Any]:
    """What its mails record, and whether a provider records more.

    Once it was launched that is decided, whatever the rules are now.
    """
    launched = campaign.launched_at is not None
    return {
        "allowed": None if launched else allowing.of(campaign),
        "modes": reckoning.recorded(campaign.pk) if launched else {},
        "has_leaks": leaks.open_of(campaign.workspace_id).exists(),
        "days": settings.EVENT_RETENTION_DAYS,
    }


def provider_tracking_of(workspace: Workspace) -> dict[str, Any]:
    """Of each provider, how its own tracking is switched off, and whether it tracks."""
    leaking = {leak.provider_id: leak for leak in leaks.open_of(workspace.pk)}
    return {
        "rows": [
            {
                "provider": provider,
                "switch": provider_tracking.of(provider.kind),
                "tells": webhooks.has_door(provider),
                "leak": (leak := leaking.get(provider.pk)),
                "what": leaks.what(leak) if leak else "",
                "advice": leaks.advice(leak) if leak else "",
            }
            for provider in workspace.providers.order_by("name")
        ]
    }


def find_contact(workspace: Workspace, address: str) -> Contact | None:
    """Return the contact of the workspace with this address."""
    if not address:
        return None
    return people.by_address(workspace.pk, address)


def paused_by(request: WorkspaceRequest) -> str:
    """Say who pressed the button."""
    return _("Paused by %(name)s.") % {"name": request.user.name or request.user.email}


def _chance(campaign: Campaign, now: Progress | None = None) -> dict[str, Any]:
    """Another chance that is under way, of how many at most, and whether there may be one."""
    chance = again.under_way(campaign)
    facts = {
        "chance": chance,
        "may_go_on": chance is None and campaign.status in moves_again.ALIVE,
        "moving": chance is not None or campaign.status in MOVING,
    }
    if chance is None or now is None:
        return facts
    left = {"retry": now.failed + now.expired, "resend": now.unknown}.get(chance.kind)
    return facts | {"chance_most": left and chance.done + left}


def _waves(campaign: Campaign) -> list[tuple[datetime, int]]:
    """When the people get it whose local time has not come, and how many they are."""
    if not campaign.scheduled_locally or campaign.status not in (Status.SENDING, Status.PAUSED):
        return []
    return Delivery.objects.filter(campaign=campaign).waves()


def _taker(campaign: Campaign) -> Provider | None:
    """Who takes its mails now, if it is on its way and anybody does."""
    if campaign.status != Status.SENDING or campaign.sender is None:
        return None
    return standing_in.choose(campaign.sender)


def _takers(campaign: Campaign, taker: Provider | None) -> dict[str, Any]:
    """The wait that holds the campaign up, if any, or who stands in for its provider, and why."""
    if campaign.status != Status.SENDING or campaign.sender is None:
        return {}
    if taker is None:
        return {"cooldown": standing_in.wait_of(campaign.sender)}
    if taker.pk == campaign.sender.provider_id:
        return {}
    trouble = Cooldown.objects.filter(provider=campaign.sender.provider_id).first()
    return {"standing_in": taker, "trouble": trouble}


def _stopped_together(campaign: Campaign) -> int:
    """How many campaigns wait for a word about their sender, with this one."""
    if campaign.pause_cause != Campaign.PauseCause.SENDER or campaign.sender is None:
        return 0
    return pardoning.stopped(campaign.sender).count()


def _waiting(campaign: Campaign) -> Delivery | None:
    """The next mail that was refused for now and is tried again, if that is all that is left."""
    if campaign.status != Status.SENDING:
        return None
    waiting = Delivery.objects.filter(campaign=campaign).waiting().not_held()
    first = waiting.order_by("next_at").first()
    return first if first is not None and first.first_tried_at else None
