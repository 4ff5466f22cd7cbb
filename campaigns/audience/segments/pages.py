"""What the pages of segments show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Segment
from campaigns.audience.segments import building, compiling, saving, sentences
from campaigns.audience.segments.ast import Group, QuestionError


@dataclass(frozen=True)
class Told:
    """A saved segment in words; `gone` is what it names and is not there any more."""

    segment: Segment
    sentence: str
    gone: list[compiling.Gone]
    # It cannot be asked as it is saved, and why.
    error: str = ""


def tell(segment: Segment) -> Told:
    """Return the segment in words."""
    [told] = tell_all(segment.workspace, [segment])
    return told


def tell_all(workspace: Workspace, segments: Iterable[Segment]) -> list[Told]:
    """Return a workspace's segments in words; what all of them name is looked up at once."""
    read = [(segment, *_read(segment)) for segment in segments]
    known = compiling.names(workspace.pk, [question for _one, question, _why in read if question])
    return [
        Told(
            segment,
            sentences.of(workspace.pk, question, known),
            compiling.gone(workspace, question, known),
        )
        if question
        else Told(segment, "", [], why)
        for segment, question, why in read
    ]


def rows(workspace: Workspace) -> list[Told]:
    """Return the workspace's segments, each in words."""
    return tell_all(workspace, workspace.segments.order_by("name"))


def one(segment: Segment) -> dict[str, Any]:
    """Return what the page of one segment shows."""
    return {"segment": segment, "told": tell(segment), "uses": saving.uses(segment)}


def _read(segment: Segment) -> tuple[Group | None, str]:
    try:
        return compiling.read(segment.question), ""
    except QuestionError as error:
        return None, building.explain(error)
