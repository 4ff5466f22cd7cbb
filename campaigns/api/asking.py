"""Segments and questions as programs get them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from campaigns.accounts.models import Workspace
from campaigns.api import problems
from campaigns.api.problems import ProblemError
from campaigns.audience.models import Segment
from campaigns.audience.segments import (
    building,
    compiling,
    counting,
    pages,
    querysets,
    sentences,
)
from campaigns.audience.segments.ast import Group, QuestionError

# What the documentation says of a file.
CSV: dict[str, Any] = {
    "responses": {200: {"description": "A file", "content": {"text/csv": {}}}},
}
# As long as a program may wait; what is saved is counted in the background with more patience.
COUNT_MS = 15_000


def told(one: Segment) -> dict[str, Any]:
    """Return a segment as `shapes.OneSegment` has it."""
    return _told(pages.tell(one))


def all_told(workspace: Workspace, segments: Iterable[Segment]) -> list[dict[str, Any]]:
    """Return a page of the workspace's segments; what they name is looked up once for all."""
    return [_told(one) for one in pages.tell_all(workspace, segments)]


def read(raw: dict[str, Any]) -> Group:
    """Return the question that this is. Raises a problem that says where it is wrong."""
    try:
        return compiling.read(raw)
    except QuestionError as error:
        at = f"body.question.{error.place}" if error.place else "body.question"
        raise problems.invalid(at, building.explain(error)) from error


def validity(workspace: Workspace, raw: dict[str, Any]) -> dict[str, Any]:
    """Say whether a question may be asked, as `shapes.Validity` has it."""
    try:
        question = compiling.read(raw)
    except QuestionError as error:
        return _invalid(error.place, building.explain(error))
    if gone := compiling.gone(workspace, question):
        return _invalid("", f"It names {gone[0].label} that is not there: {gone[0].id}.")
    sentence = sentences.of(workspace.pk, question)
    return {"valid": True, "sentence": sentence, "at": "", "error": ""}


def count(workspace: Workspace, question: Group) -> dict[str, int]:
    """Count who is in it and who may be, as `shapes.Count` has it."""
    found = querysets.within(COUNT_MS, lambda: counting.count(workspace, question))
    if found is None:
        raise ProblemError(
            "takes-too-long",
            "Save the question as a segment: it is counted in the background.",
            headers={"Retry-After": "60"},
        )
    return dict(zip(("people", "unseen"), found, strict=True))


def _told(told: pages.Told) -> dict[str, Any]:
    one = told.segment
    return {
        "id": one.pk,
        "name": one.name,
        "sentence": told.sentence,
        "broken": bool(told.gone or told.error),
        "people": one.people,
        "counted_at": one.counted_at,
        "updated_at": one.updated_at,
        "question": one.question,
    }


def _invalid(at: str, error: str) -> dict[str, Any]:
    return {"valid": False, "sentence": "", "at": at, "error": error}
