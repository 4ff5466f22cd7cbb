"""Give what names things within a text their numbers: the questions of segments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from campaigns.audience.models import Field
from campaigns.audience.segments import ast, registry
from campaigns.audience.segments.parameters import LARGEST_ID, Kind, Parameter

# The number of what a file names, or None when that is gone.
Number = Callable[[str, int], int | None]
# What is named without being in an archive, such as an import, is gone in the new house.
_FILES = {"list": "lists", "tag": "tags", "campaign": "campaigns"}
_FILES |= {f"{kind}_field": "fields" for kind in Field.Kind.values}


class RewritingError(Exception):
    """This is nothing that may stand here; the message says why."""


def segment(question: Any, number: Number) -> Any:
    """Return a question in which what is named has other numbers. What is gone stays gone."""
    grammar = registry.grammar()

    def walk(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        if isinstance(part.get("of"), list):
            return {**part, "of": [walk(one) for one in part["of"]]}
        parameters = grammar.get(str(part.get("what")), {}).get(str(part.get("how")), ())
        return {**part, **_numbered(part, parameters, number)}

    return walk(question)


def check_segment(question: Any) -> None:
    """Raise `RewritingError` if a question may not be asked here."""
    try:
        ast.read(question, registry.grammar())
    except ast.QuestionError as error:
        raise RewritingError(str(error)) from error


def segments(questions: Any, number: Number) -> Any:
    """Return questions by key, likewise."""
    return {key: segment(one, number) for key, one in questions.items()}


def check_segments(questions: Any) -> None:
    """Raise `RewritingError` if one of them may not be asked here."""
    if not isinstance(questions, dict):
        raise RewritingError(str(questions)[:80])
    for one in questions.values():
        check_segment(one)


def _numbered(
    part: Mapping[str, Any], parameters: tuple[Parameter, ...], number: Number
) -> dict[str, Any]:
    found = {}
    for one in parameters:
        value = part.get(one.name)
        if one.kind is Kind.THING and isinstance(value, int) and value != LARGEST_ID:
            file = _FILES.get(one.thing)
            found[one.name] = (number(file, value) if file else None) or LARGEST_ID
    return found


REWRITERS: Mapping[str, Callable[[Any, Number], Any]] = {"segment": segment, "segments": segments}
CHECKS: Mapping[str, Callable[[Any], None]] = {"segment": check_segment, "segments": check_segments}
