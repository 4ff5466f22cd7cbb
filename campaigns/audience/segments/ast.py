"""The question of a segment: groups of conditions. Pure.

A group asks that all, any or none of its parts are true of a person; a part is a condition
or a group. Outside of Python a question is JSON (docs/segments.md), and `read` is the only
way in: it knows what may be asked from the grammar that it is given, and nothing else gets
through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.audience.segments.parameters import Parameter, Value, ValueRefused

MATCHES = ("all", "any", "none")
DEEPEST = 4
MOST_CONDITIONS = 40
VERSION = 1

# What may be asked: what → how → the values that go with it.
Grammar = Mapping[str, Mapping[str, tuple[Parameter, ...]]]


class QuestionError(Exception):
    """This is no question that may be asked. `place` says where: "1.0.value", "" for the whole."""

    def __init__(self, place: str, words: str, **facts: Any) -> None:
        told = words % facts if facts else words
        super().__init__(f"{place}: {told}" if place else told)
        self.place, self.words, self.facts = place, words, facts


@dataclass(frozen=True)
class Condition:
    """Something that is true of a person or not."""

    what: str
    how: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Group:
    """All, any or none of its parts."""

    match: str
    of: tuple[Condition | Group, ...]


def read(raw: object, grammar: Grammar) -> Group:
    """Return the question that `raw`, parsed JSON, asks; raises `QuestionError`."""
    if not isinstance(raw, dict):
        raise QuestionError("", "A question is a group: all, any or none of some conditions.")
    version = raw.get("version", VERSION)
    if version != VERSION or isinstance(version, bool):
        raise QuestionError("version", "This version of a question is not known here.")
    found = _group({key: raw[key] for key in raw if key != "version"}, (), grammar)
    if sum(1 for _one in conditions(found)) > MOST_CONDITIONS:
        raise QuestionError("", "Ask no more than %(most)d conditions.", most=MOST_CONDITIONS)
    return found


def read_condition(raw: object, place: str, grammar: Grammar) -> Condition:
    """Return the one condition that `raw` is; raises `QuestionError`."""
    if not isinstance(raw, dict):
        raise QuestionError(place, "A condition says what and how.")
    what, how = raw.get("what"), raw.get("how")
    if not isinstance(what, str) or what not in grammar:
        raise QuestionError(_within(place, "what"), "Choose what the condition is about.")
    if not isinstance(how, str) or how not in grammar[what]:
        raise QuestionError(_within(place, "how"), "Choose how to ask it.")
    parameters = grammar[what][how]
    strange = set(raw) - {"what", "how"} - {one.name for one in parameters}
    if strange:
        raise QuestionError(place, "There is something in it that is not known here.")
    return Condition(what, how, _values(raw, place, parameters))


def write(part: Condition | Group) -> dict[str, Any]:
    """Return the question as JSON can hold it."""
    if isinstance(part, Group):
        return {"match": part.match, "of": [write(one) for one in part.of]}
    plain = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in part.values.items()
    }
    return {"what": part.what, "how": part.how, **plain}


def conditions(group: Group) -> Iterator[Condition]:
    """Yield the conditions of a question, in order."""
    for part in group.of:
        if isinstance(part, Group):
            yield from conditions(part)
        else:
            yield part


def _group(raw: dict[Any, Any], place: tuple[int, ...], grammar: Grammar) -> Group:
    where = ".".join(map(str, place))
    match, of = raw.get("match"), raw.get("of")
    if not isinstance(match, str) or match not in MATCHES:
        raise QuestionError(_within(where, "match"), "Choose all, any or none.")
    if set(raw) - {"match", "of"}:
        raise QuestionError(where, "There is something in it that is not known here.")
    if not isinstance(of, list) or not of:
        # A group without conditions would be true of everybody.
        raise QuestionError(
            _within(where, "of"),
            "A group needs at least one condition: add one, or remove the group.",
        )
    if len(place) >= DEEPEST:
        raise QuestionError(where, "Groups may be %(most)d deep, no deeper.", most=DEEPEST)
    if len(of) > MOST_CONDITIONS:
        raise QuestionError(where, "Ask no more than %(most)d conditions.", most=MOST_CONDITIONS)
    return Group(
        match, tuple(_part(one, (*place, number), grammar) for number, one in enumerate(of))
    )


def _part(raw: object, place: tuple[int, ...], grammar: Grammar) -> Condition | Group:
    if isinstance(raw, dict) and "match" in raw:
        return _group(raw, place, grammar)
    return read_condition(raw, ".".join(map(str, place)), grammar)


def _values(raw: dict[str, Any], place: str, parameters: tuple[Parameter, ...]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for one in parameters:
        if one.name not in raw:
            if one.optional:
                continue
            raise QuestionError(
                _within(place, one.name), "Fill in what is missing here, or remove the condition."
            )
        try:
            found[one.name] = one.read(raw[one.name])
        except ValueRefused as error:
            place_of_it = _within(place, one.name)
            raise QuestionError(place_of_it, error.words, **error.facts) from error
    return found


def _within(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
