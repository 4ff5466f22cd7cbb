"""Give what names things within a text their numbers: questions of segments and of reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from campaigns.audience.models import Field
from campaigns.audience.segments import ast, registry
from campaigns.audience.segments.parameters import LARGEST_ID, Kind, Parameter
from campaigns.reports import comparing, periods, review

# The number of what a file names, or None when that is gone.
Number = Callable[[str, int], int | None]
# What is named without being in an archive is gone in the new house.
_FILES = {"list": "lists", "tag": "tags", "campaign": "campaigns", "import": "imports"}
# Of reports: ids, and words that may stand there.
_QUERY_FILES = {"list": "lists", "c": "campaigns"}
_QUERY_WORDS = {"span": {*periods.SPANS, *review.SPANS}, "by": periods.SCALES}
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


def report(query: Any, number: Number) -> Any:
    """Return the question of a report with other numbers, and without what is gone."""
    found = QueryDict(mutable=True)
    for key, values in QueryDict(str(query)).lists():
        if key in _QUERY_FILES:
            ids = [number(_QUERY_FILES[key], pk) for pk in comparing.numbers(values)]
            values = [str(pk) for pk in ids if pk]
        found.setlist(key, values)
    return found.urlencode()


def check_report(query: Any) -> None:
    """Raise `RewritingError` if the pages of reports would not understand a question."""
    for key, values in QueryDict(str(query)).lists():
        known = _QUERY_WORDS.get(key)
        if key not in _QUERY_FILES and not (known and set(values) <= set(known)):
            raise RewritingError(_("nothing that a report can be asked"))


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


REWRITERS: Mapping[str, Callable[[Any, Number], Any]] = {
    "segment": segment,
    "segments": segments,
    "report": report,
}
CHECKS: Mapping[str, Callable[[Any], None]] = {
    "segment": check_segment,
    "segments": check_segments,
    "report": check_report,
}
