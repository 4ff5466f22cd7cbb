"""Say a question in words: "People who are on the list “News” and whose country is Chile"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from campaigns.audience.segments import choices, compiling, registry
from campaigns.audience.segments.ast import Condition, Group
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Names


def of(workspace_id: int, question: Group, known: Names | None = None) -> str:
    """Return the question as a sentence; `known`: what it names, if that was asked already."""
    known = compiling.names(workspace_id, [question]) if known is None else known
    clause = _clause(question, known)
    if question.match == "none":
        return _("Everybody but people %(clause)s.") % {"clause": clause}
    return _("People %(clause)s.") % {"clause": clause}


def of_part(workspace_id: int, part: Condition | Group) -> str:
    """Return one condition or group in words."""
    question = Group("all", (part,))
    return _part(part, compiling.names(workspace_id, [question]))


def _part(part: Condition | Group, known: Names) -> str:
    if isinstance(part, Condition):
        return _condition(part, known)
    clause = _clause(part, known)
    if part.match == "none":
        return _("none of those (%(clause)s)") % {"clause": clause}
    return f"({clause})" if len(part.of) > 1 else clause


def _clause(group: Group, known: Names) -> str:
    said = [_part(part, known) for part in group.of]
    return _joined(said, _("and") if group.match == "all" else _("or"))


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def _condition(one: Condition, known: Names) -> str:
    what = registry.whats()[one.what]
    values: Mapping[str, Any] = {
        each.name: _value(each, one.values, known)
        for each in what.parameters(one.how)
        if each.name in one.values
    }
    how = what.hows[one.how]
    sentence = how.sentence
    if how.sentence_without is not None and any(
        each.optional and each.name not in one.values for each in how.parameters
    ):
        sentence = how.sentence_without
    return str(sentence) % values


def _value(parameter: Parameter, values: Mapping[str, Any], known: Names) -> str:
    value = values[parameter.name]
    if parameter.within:
        offered = known.parts[parameter.thing].get(values[parameter.within], {})
        words = value if isinstance(value, tuple) else [value]
        return _joined([offered.get(str(word), str(word)) for word in words], _("or"))
    match parameter.kind:
        case Kind.THING:
            return choices.name_of(parameter.thing, value, known)
        case Kind.CHOICE:
            return str(dict(parameter.choices)[value])
        case Kind.WORDS:
            labels = choices.labels(parameter)
            return _joined([str(labels.get(word, word)) for word in value], _("or"))
        case Kind.DAY:
            return date_format(date.fromisoformat(value), "j F Y")
        case _text_or_number:
            return str(value)
