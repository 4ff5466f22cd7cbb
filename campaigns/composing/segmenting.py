"""Parts of a mail that only the people of a saved segment see, or all but them.

In the source of a mail a person has a field for each segment, `contact.segment-<key>`, which
is "in" or "out". A segment that asks for what is gone says neither, so nobody sees what is for
its people, nor what is for the others. What the segments ask is frozen with the mail.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact, Segment
from campaigns.audience.segments import applying, compiling, estimating
from campaigns.audience.segments.ast import QuestionError
from campaigns.composing import fields
from campaigns.composing.models import Campaign, Revision

IN, OUT = "in", "out"
# As merge tags name a segment, and as a block does.
_KEY = re.compile(r"""segment(?:(?<=\bcontact\.segment)-|(?<="segment)":\s*")([0-9a-f]{12})\b""")

# What one person has in the fields of segments.
Said = dict[str, str]


def field(key: str) -> str:
    """Return what merge tags call whether a person is in the segment."""
    return f"segment-{key}"


def names(campaign: Campaign) -> tuple[str, ...]:
    """Return the fields of segments that the campaign names and that are there."""
    return tuple(field(one.key) for one in used(campaign.workspace, *_sources(campaign)))


def choices(workspace: Workspace) -> list[Segment]:
    """Return the segments that a part of a mail can be for."""
    return list(workspace.segments.order_by("name"))


def asked(workspace: Workspace, *texts: str) -> dict[str, Any]:
    """Return what the segments ask that are named in the source of a mail, by their keys."""
    return {one.key: one.question for one in used(workspace, *texts)}


def used(workspace: Workspace, *texts: str) -> list[Segment]:
    """Return the segments that are named in the source of a mail and are there."""
    keys = {key for text in texts for key in _KEY.findall(text)}
    if not keys:
        return []
    return list(workspace.segments.filter(key__in=keys).order_by("name"))


def values(revision: Revision, contact: Contact | None) -> Said:
    """Return what merge tags see of `contact` now, or of somebody of whom we know nothing."""
    if contact is None:
        return of_nobody(revision)
    said = of_people(revision, [contact.pk]).get(contact.pk, {})
    return fields.values(contact) | said


def of_nobody(revision: Revision) -> Said:
    """Return what the segments say of somebody of whom we know nothing: they are in none."""
    return {field(key): OUT for key, _question in _questions(revision)}


def of_people(revision: Revision, contact_ids: Collection[int]) -> dict[int, Said]:
    """Return what the segments of a mail say now of each of some people: a query for each."""
    found: dict[int, Said] = {pk: {} for pk in contact_ids}
    for key, question in _questions(revision):
        for pk, is_in, _is_not in estimating.said(revision.workspace, question, list(found)):
            found[pk][field(key)] = IN if is_in else OUT
    return found


def is_about_deeds(revision: Revision) -> bool:
    """Whether a segment of the mail asks for what people opened or clicked."""
    questions = (question for _key, question in _questions(revision))
    return any(map(compiling.is_about_deeds, questions))


def gone() -> str:
    """Say that a part of a mail is for the people of a segment that is not there any more."""
    return _(
        "The segment that a part of the mail is for was deleted: choose another, or take the part "
        "out."
    )


def problems(campaign: Campaign) -> Iterator[str]:
    """Give what is wrong with the segments that parts of the mail are for."""
    for one in used(campaign.workspace, *_sources(campaign)):
        if applying.is_broken(one):
            message = _("The segment “%(name)s” asks for something that is gone: change it.")
            yield message % {"name": one.name}


def _sources(campaign: Campaign) -> tuple[str, ...]:
    return campaign.subject, campaign.preheader, campaign.body, campaign.text


def _questions(revision: Revision) -> Iterator[tuple[str, Any]]:
    """Give the questions that can still be asked, by the keys of their segments."""
    asked: Mapping[str, Any] = revision.segments
    for key, raw in asked.items():
        try:
            question = compiling.read(raw)
        except QuestionError:
            continue
        if not compiling.gone(revision.workspace, question):
            yield key, question
