"""What a campaign can start from: a template of the workspace, one of ours, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from campaigns.accounts.models import User, Workspace
from campaigns.composing.brands import looks
from campaigns.composing.models import Campaign
from campaigns.composing.templating import starters
from campaigns.composing.templating.models import Template

# What of a mail a template holds.
CONTENT = ("subject", "preheader", "format", "body", "inline_css")


@dataclass(frozen=True)
class Choice:
    """One tile of a gallery."""

    key: str
    name: str
    about: str
    frame: str
    template: Template | None = None


def choices(workspace: Workspace) -> tuple[list[Choice], list[Choice]]:
    """Return the tiles of a workspace's own templates, the newest first, and of ours."""
    own = [
        Choice(str(one.pk), one.name, "", reverse("composing:template_frame", args=[one.pk]), one)
        for one in workspace.templates.order_by("-created_at", "-pk")
    ]
    ours = [
        Choice(
            key,
            str(one.name),
            str(one.about),
            reverse("composing:starter_frame", kwargs={"starter": key}),
        )
        for key, one in starters.every().items()
    ]
    return own, ours


def content(workspace: Workspace, key: str) -> dict[str, Any] | None:
    """Return what a campaign begins with, by the key of a tile; None where there is no such."""
    if not key:
        return {}
    if starter := starters.every().get(key):
        return {
            "subject": starter.subject,
            "preheader": starter.preheader,
            "format": Campaign.Format.BLOCKS,
            "body": starter.body(looks.brand_of(workspace).website),
        }
    if not key.isascii() or not key.isdecimal() or len(key) > 18:
        return None
    found: dict[str, Any] | None = workspace.templates.filter(pk=int(key)).values(*CONTENT).first()
    return found


def name_of_starter(key: str) -> str | None:
    """Return what one of our templates is called."""
    starter = starters.every().get(key)
    return str(starter.name) if starter else None


def keep(workspace: Workspace, user: User, name: str, facts: Mapping[str, Any]) -> Template:
    """Make a template out of the content of something else."""
    kept = {field: facts[field] for field in (*CONTENT, "notes") if field in facts}
    longest = Template._meta.get_field("name").max_length
    return Template.objects.create(
        workspace=workspace, created_by=user, name=name[:longest], **kept
    )


def of_campaign(campaign: Campaign) -> Mapping[str, Any]:
    """Return what of a campaign goes into a template."""
    return {field: getattr(campaign, field) for field in CONTENT}
