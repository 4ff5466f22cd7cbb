"""Ask saved segments: of their people, and of other people whether they are in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from campaigns.accounts.models import Workspace
from campaigns.audience import numbers
from campaigns.audience.models import Segment
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import compiling
from campaigns.audience.segments.ast import QuestionError


def people(segment: Segment) -> ContactQuerySet:
    """Return the people of a segment; nobody if it cannot be asked any more."""
    return among(segment.workspace.contacts.all(), [segment])


def among(people: ContactQuerySet, segments: Sequence[Segment]) -> ContactQuerySet:
    """Return those of `people` who are in any of the segments."""
    found = compiling.NOBODY
    for segment in segments:
        found |= condition(segment)
    return people.filter(found)


def outside(people: ContactQuerySet, segments: Sequence[Segment]) -> ContactQuerySet:
    """Return those of `people` who are in none of the segments.

    Of a segment that cannot be asked nobody knows who is in it: then there are none.
    """
    for segment in segments:
        if is_broken(segment):
            return people.none()
        people = people.filter(~condition(segment))
    return people


def condition(segment: Segment) -> Q:
    """Return the condition to be in the segment: nobody's, if it cannot be asked any more."""
    try:
        question = compiling.read(segment.question)
    except QuestionError:
        return compiling.NOBODY
    return compiling.condition(segment.workspace, question)


def is_broken(segment: Segment) -> bool:
    """Whether the segment asks for what is gone, or for what cannot be asked any more."""
    try:
        question = compiling.read(segment.question)
    except QuestionError:
        return True
    return bool(compiling.gone(segment.workspace, question))


def asked(workspace: Workspace, params: Mapping[str, str]) -> Segment | None:
    """Return the segment that a page's address names, if it is the workspace's."""
    number = numbers.identity(params.get("segment", ""))
    return workspace.segments.filter(pk=number).first() if number else None
