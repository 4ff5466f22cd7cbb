"""The facts that the pages of hygiene show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import browsing
from campaigns.audience.models import Subscription
from campaigns.audience.segments import compiling, counting, querysets
from campaigns.audience.segments.counting import Look
from campaigns.audience.suspecting import Oddity
from campaigns.composing.models import Campaign
from campaigns.composing.sunset import asking, ending
from campaigns.composing.sunset.ending import Answers
from campaigns.composing.sunset.models import SunsetRule

# What the review shows of those who did not answer: them, or those who stay all the same.
SPARED = "spared"
WAIT_MS = 400
_ON_ITS_WAY = (Campaign.Status.PREPARING, Campaign.Status.SENDING, Campaign.Status.PAUSED)


@dataclass(frozen=True)
class Told:
    """A rule as a page shows it."""

    rule: SunsetRule
    # Whom it is about now; None while a round is under way.
    look: Look | None = None
    answers: Answers | None = None
    # "draft", "sending", "waiting" for answers, "due", or nothing.
    stage: str = ""


def hygiene(workspace: Workspace) -> dict[str, Any]:
    """Return what the page of hygiene shows."""
    rules = of(workspace).order_by("list__name", "pk")
    return {"told": [_told(rule) for rule in rules], "oddities": _oddities(workspace)}


def of(workspace: Workspace) -> Any:
    """Return the workspace's rules with what pages say of them."""
    return workspace.sunset_rules.select_related(
        "workspace", "list", "campaign", "segment", "last_edit", "automatic_by"
    )


def review(rule: SunsetRule, params: Mapping[str, str]) -> dict[str, Any]:
    """Return who did not answer, or who is spared of them, page by page."""
    told, campaign = _told(rule), rule.campaign
    facts: dict[str, Any] = {"told": told, "rule": rule, "campaign": campaign}
    if campaign is None or told.answers is None:
        return facts
    theirs = Subscription.objects.subscribed().select_related("list").order_by("list__name")
    shown = rule.workspace.contacts.prefetch_related(
        Prefetch("subscriptions", theirs, to_attr="subscribed_to")
    )
    asked = ending.spared if params.get("show") == SPARED else ending.silent
    page = browsing.page(asked(rule, campaign), params, shown=shown)
    lists = campaign.lists.order_by("name").values_list("name", flat=True)
    return facts | {"page": page, "lists": list(lists), "show": params.get("show", "")}


def _told(rule: SunsetRule) -> Told:
    campaign = rule.campaign
    if campaign is None:
        return Told(rule, counting.look(rule.workspace, asking.question(rule)))
    if campaign.launched_at is None:
        return Told(rule, stage="draft")
    answers = ending.answers(rule, campaign)
    if campaign.finished_at is None or campaign.status in _ON_ITS_WAY:
        return Told(rule, answers=answers, stage="sending")
    due = rule.due_at is not None and rule.due_at <= timezone.now()
    return Told(rule, answers=answers, stage="due" if due else "waiting")


def _oddities(workspace: Workspace) -> Sequence[tuple[str, str, int | None]]:
    """Count addresses by what is odd about them; None: it takes longer than the page can wait."""
    found = []
    for oddity in Oddity:
        asked = {"match": "all", "of": [{"what": "oddity", "how": oddity.value}]}
        people = compiling.people(workspace, compiling.read(asked))
        found.append((oddity.value, str(oddity.label), querysets.within(WAIT_MS, people.count)))
    return found
