"""What the pages of segments show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Segment
from campaigns.audience.segments import building, compiling, saving, sentences
from campaigns.audience.segments.ast import QuestionError


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
    try:
        question = compiling.read(segment.question)
    except QuestionError as error:
        return Told(segment, "", [], building.explain(error))
    workspace = segment.workspace
    return Told(segment, sentences.of(workspace.pk, question), compiling.gone(workspace, question))


def rows(workspace: Workspace) -> list[Told]:
    """Return the workspace's segments, each in words."""
    found = workspace.segments.select_related("workspace").order_by("name")
    return [tell(segment) for segment in found]


def one(segment: Segment) -> dict[str, Any]:
    """Return what the page of one segment shows."""
    return {"segment": segment, "told": tell(segment), "uses": saving.uses(segment)}
