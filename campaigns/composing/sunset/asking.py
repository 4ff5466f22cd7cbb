"""Whom a rule is about, and the campaign that asks them: a draft, which a member sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.accounts.models import User
from campaigns.audience.models import List, Segment
from campaigns.audience.segments import compiling, saving
from campaigns.audience.segments.ast import Group
from campaigns.composing import editing, narrowing
from campaigns.composing.models import Campaign
from campaigns.composing.sunset.models import SunsetRule
from campaigns.composing.sunset.words import Words, words


class AskedAlreadyError(Exception):
    """A campaign of this rule is under way."""


def question(rule: SunsetRule) -> Group:
    """Ask for those who were mailed, could have been seen, and were not.

    Of whom that may not be known they are not: a condition about deeds has two sides.
    """
    return compiling.read({"match": "all", "of": _conditions(rule)})


def _conditions(rule: SunsetRule) -> list[Mapping[str, Any]]:
    on: Mapping[str, Any] = (
        {"what": "list", "how": "on", "list": rule.list_id}
        if rule.list_id
        else {"what": "list", "how": "on_any"}
    )
    return [
        {"what": "quiet", "how": "for", "days": rule.days},
        {"what": "sent", "how": "in_last", "days": rule.days},
        on,
        {"what": "mailed", "how": "yes"},
    ]


@transaction.atomic
def draft(rule: SunsetRule, user: User) -> Campaign:
    """Make the campaign that asks them, narrowed to them. Raises `AskedAlreadyError`."""
    workspace = rule.workspace
    with translation.override(workspace.language):
        said = words(rule.months, rule.answer_days)
    campaign = editing.create(workspace, user, said.name)
    if not _free(rule).update(campaign=campaign):
        raise AskedAlreadyError
    segment = _segment(rule, user)
    campaign.lists.set([rule.list] if rule.list else List.objects.filter(workspace=workspace))
    narrowing.save(campaign, {narrowing.ONLY: [str(segment.pk)], narrowing.WITHOUT: []})
    _write(campaign, said)
    _free(rule, campaign).update(segment=segment)
    return campaign


def _free(rule: SunsetRule, campaign: Campaign | None = None) -> Any:
    return SunsetRule.objects.filter(pk=rule.pk, campaign=campaign)


def _write(campaign: Campaign, said: Words) -> None:
    campaign.subject, campaign.preheader = said.subject, said.preheader
    campaign.format, campaign.body = Campaign.Format.MARKDOWN, said.body
    campaign.save(update_fields=["subject", "preheader", "format", "body"])


def _segment(rule: SunsetRule, user: User) -> Segment:
    """Return the rule's segment with its question as it is now; a new one where it is gone."""
    segment = rule.segment or Segment(workspace=rule.workspace, created_by=user)
    name, number = segment.name or _name(rule), 1
    while True:
        try:
            saving.save(segment, name if number == 1 else f"{name} {number}", question(rule))
        except saving.NameTakenError:
            number += 1
            continue
        return segment


def _name(rule: SunsetRule) -> str:
    text = ngettext("Not seen for %(n)d month", "Not seen for %(n)d months", rule.months)
    name = text % {"n": rule.months}
    if rule.list:
        name = _("%(name)s: %(list)s") % {"name": name, "list": rule.list.name}
    return name[:110]
