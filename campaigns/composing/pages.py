"""The facts that the pages of this room show."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact
from campaigns.composing import (
    checks,
    editing,
    emoji,
    lights,
    merge_tags,
    offering,
    previewing,
    rendering,
    segmenting,
    turning,
)
from campaigns.composing.blocks import document
from campaigns.composing.brands import looks
from campaigns.composing.forms import CampaignForm
from campaigns.composing.headers import HeaderError
from campaigns.composing.inspecting import own
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Brand, Campaign

# Of people to preview a campaign as.
_OFFERED = 8
FORM_FIELDS = (
    "name",
    "subject",
    "preheader",
    "sender",
    "reply_to",
    "lists",
    "segments",
    "body",
    "text",
    "tracking",
)


def editor(campaign: Campaign, form: CampaignForm, *, complete: bool = False) -> dict[str, Any]:
    """Return what the page for writing shows; `complete` also tells what is missing."""
    review = checks.review(campaign)
    by_field = {
        name: list(form.errors.get(name, [])) if form.is_bound else [] for name in FORM_FIELDS
    }
    for problem in review.problems:
        if complete or not problem.missing:
            by_field[problem.field].append(problem.message)
    shown = blocks(campaign.workspace, held=not form.may_unlock)
    return shown | {
        "campaign": campaign,
        "form": form,
        "problems": by_field,
        "blocking": bool(review.problems or form.errors),
        "advice": review.advice,
        "derived": derived(campaign),
        "losses": turning.losses(),
        "subject_on_phones": checks.SUBJECT_ON_PHONES,
    }


def blocks(workspace: Workspace, *, held: bool) -> dict[str, Any]:
    """Return what the block editor shows beside the mail; `held` to what a template locks."""
    asked, segments = offering.fields_of(workspace), segmenting.choices(workspace)
    return {
        "held": held,
        "fonts": Brand.Font.choices,
        "condition_fields": asked,
        "segments": segments,
        "tags": offering.tags(asked, segments),
        "emoji": emoji.choices(),
        "networks": document.NETWORKS,
        "look": looks.facts(workspace),
    }


def saved(campaign: Campaign, form: CampaignForm, *, complete: bool) -> dict[str, Any]:
    """Return the same after a save, with when and where that was."""
    zone = zoneinfo.ZoneInfo(campaign.workspace.time_zone)
    facts = editor(campaign, form, complete=complete)
    return facts | {
        "saved_at": timezone.localtime(campaign.updated_at, zone),
        "saved_zone": campaign.workspace.time_zone,
        "unsaved": [form.fields[name].label for name in form.errors if name in FORM_FIELDS],
        "complete": complete,
    }


def conflict(campaign: Campaign, form: CampaignForm, error: Exception) -> dict[str, Any]:
    """Return the page with all that was typed, and why it was not saved.

    `campaign` is what the others saved. Saving again from this page goes over it: the
    member has been told.
    """
    zone = zoneinfo.ZoneInfo(campaign.workspace.time_zone)
    form.renew(campaign.version)
    return editor(campaign, form) | {
        "closed": isinstance(error, editing.ClosedError),
        "conflict": True,
        "saved_at": timezone.localtime(campaign.updated_at, zone),
        "saved_zone": campaign.workspace.time_zone,
    }


def preview(campaign: Campaign, contact: Contact | None, *, view: str) -> dict[str, Any]:
    """Return what the preview page shows around its frame."""
    review = checks.review(campaign)
    modes = previewing.modes_for(campaign, contact)
    facts: dict[str, Any] = {
        "campaign": campaign,
        "contact": contact,
        "view": view,
        "mode": modes[0],
        "click_mode": modes[1],
        "problems": review.problems,
        "advice": review.advice,
        "preview": None,
        "has_night": False,
        "seen": None,
        "error": "",
    }
    try:
        facts["preview"] = shown = previewing.preview(campaign, contact)
        facts["has_night"] = lights.has_night(shown.html)
        facts["seen"] = own.of_campaign(campaign, contact)
    except (MergeTagError, HeaderError) as error:
        facts["error"] = checks.explain(error) if isinstance(error, MergeTagError) else str(error)
    return facts


def contacts(workspace: Workspace, query: str) -> dict[str, Any]:
    """Return the people to choose from: some who match, or the newest."""
    all_people = workspace.contacts.all()
    people = all_people.first_found(query, _OFFERED) if query else all_people
    return {"query": query, "people": list(people.order_by("-pk")[:_OFFERED])}


def derived(campaign: Campaign) -> str:
    """Return the plain text that comes from the body, or nothing while that cannot be read."""
    try:
        return rendering.derived_text(campaign)
    except MergeTagError:
        return ""


def unreadable(error: Exception) -> str:
    """Return a page for the frame that says why there is no mail in it."""
    reason = checks.explain(error) if isinstance(error, merge_tags.MergeTagError) else str(error)
    return render_to_string("composing/unreadable.html", {"reason": reason})
