"""Change a campaign while it may change: save, duplicate, delete.

A page says which version it was opened with. A save on top of somebody else's is
refused, so that nobody's work is lost without being told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.accounts.models import User, Workspace
from campaigns.composing import narrowing, turning, utm
from campaigns.composing.blocks import locking
from campaigns.composing.history import keeping
from campaigns.composing.models import Campaign, Version

# What a mail says: may change until it is sent, also while sending is paused.
CONTENT = (
    "name",
    "subject",
    "preheader",
    "sender",
    "reply_to",
    "language",
    "format",
    "body",
    "text",
    "inline_css",
    *utm.NAMES,
)
# Who gets it and what is recorded: decided when it is launched.
AUDIENCE = ("lists", "tracking", "policy")


class StaleError(Exception):
    """Somebody else saved this campaign since the page was opened."""


class ClosedError(Exception):
    """The campaign is on its way and cannot change any more."""


@dataclass(frozen=True)
class Page:
    """Who saves, and on top of what: an open page, by its name and the version it shows."""

    version: int
    tab: str = ""
    user: User | None = None
    # Whether the user may change what a template's author locked.
    unlocks: bool = False


@transaction.atomic
def save(
    campaign: Campaign, values: Mapping[str, Any], page: Page, *, restored: int | None = None
) -> Campaign:
    """Save `values` by field, and return the campaign as it is now.

    Raises `StaleError`, `ClosedError` or `LockedError`; nothing is changed then.
    """
    if not page.unlocks:
        hold_to_locks(campaign, values)
    allowed = CONTENT + AUDIENCE if campaign.is_draft else CONTENT
    facts = {name: value for name, value in values.items() if name in allowed and name != "lists"}
    if not Campaign.objects.filter(pk=campaign.pk).edit(
        version=page.version, tab=page.tab, **facts
    ):
        now = Campaign.objects.get(pk=campaign.pk)
        raise StaleError if now.is_editable else ClosedError
    saved = Campaign.objects.select_related("sender", "workspace").get(pk=campaign.pk)
    if "lists" in values and saved.is_draft:
        saved.lists.set(values["lists"])
    if saved.is_draft:
        narrowing.save(saved, values)
    keeping.keep(campaign, saved, page.user, restored=restored)
    return saved


def hold_to_locks(campaign: Campaign, values: Mapping[str, Any]) -> None:
    """See that `values` leave alone what is locked in `campaign`. Raises `LockedError`."""
    blocks = Campaign.Format.BLOCKS
    before = campaign.body if campaign.format == blocks else ""
    body = values.get("body", campaign.body)
    locking.check(before, body if values.get("format", campaign.format) == blocks else "")


def restore(campaign: Campaign, version: Version, user: User, *, unlocks: bool = False) -> Campaign:
    """Make `campaign` say again what it said in `version`. Raises as `save` does."""
    page = Page(version=campaign.version, user=user, unlocks=unlocks)
    return save(campaign, keeping.said(version), page, restored=version.number)


def turn(campaign: Campaign, format: str, page: Page) -> Campaign:
    """Write `campaign` another way from now on. Raises as `save` does, and `MergeTagError`."""
    return save(campaign, {"format": format, "body": turning.turn(campaign, format)}, page)


def create(
    workspace: Workspace, user: User, name: str, content: Mapping[str, Any] | None = None
) -> Campaign:
    """Start a campaign, with the choices made for which there is only one.

    `content` is what a template says, by field.
    """
    senders = list(workspace.senders.all()[:2])
    lists = list(workspace.lists.all()[:2])
    campaign = Campaign.objects.create(
        workspace=workspace,
        name=name,
        created_by=user,
        sender=senders[0] if len(senders) == 1 else None,
        **(content or {}),
    )
    campaign.lists.set(lists if len(lists) == 1 else [])
    return campaign


@transaction.atomic
def duplicate(campaign: Campaign, user: User) -> Campaign:
    """Make a draft that says the same to the same lists."""
    name = _("Copy of %s") % campaign.name
    kept = (*CONTENT, "tracking", "policy", "non_openers_of")
    facts = {field: getattr(campaign, field) for field in kept}
    facts["name"] = name[: Campaign._meta.get_field("name").max_length]
    copy = Campaign.objects.create(workspace=campaign.workspace, created_by=user, **facts)
    copy.lists.set(campaign.lists.all())
    narrowing.copy(campaign, copy)
    return copy
