"""What segments may ask. Each room registers the conditions that it knows the answers to.

An answer has two sides: for whom it is certainly so, and for whom it is certainly not. Of
most facts everybody is on one of them. Of what people did with mails, who is only counted is
on neither: they are not among those who opened, nor among those who did not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from campaigns.audience.segments.ast import Grammar
from campaigns.audience.segments.parameters import Kind, Parameter


@dataclass(frozen=True)
class Asking:
    """Who asks, and when: the workspace, and today by its clock."""

    workspace_id: int
    zone: ZoneInfo
    today: date
    # The keys of the workspace's own fields, by id.
    keys: Mapping[int, str]
    # A few people are asked, not all: then to look up each one's own rows is faster.
    few: bool = False

    def start_of(self, day: date) -> datetime:
        """Return the moment at which `day` begins."""
        return datetime.combine(day, time(), self.zone)

    def days_ago(self, days: int) -> date:
        """Return the day that many days ago."""
        return self.today - timedelta(days=days)


@dataclass(frozen=True)
class Answer:
    """For whom it is certainly so, and for whom it is certainly not."""

    yes: Q
    no: Q

    def __and__(self, other: Answer) -> Answer:
        return Answer(self.yes & other.yes, self.no | other.no)

    def __invert__(self) -> Answer:
        return Answer(self.no, self.yes)


def fact(yes: Q) -> Answer:
    """Return the answer of a question to which everybody's answer is known."""
    return Answer(yes, ~yes)


Values = Mapping[str, Any]


@dataclass(frozen=True)
class How:
    """One way to ask: its label in the builder, its values, its answer, and it as a sentence."""

    label: Any
    answer: Callable[[Asking, Values], Answer]
    # Of people, with the values by name: "who are on the list “%(list)s”".
    sentence: Any
    parameters: tuple[Parameter, ...] = ()
    # The same where an optional value is left out.
    sentence_without: Any = None


@dataclass(frozen=True)
class What:
    """Something that conditions are about: a list, the country, what was clicked."""

    name: str
    subject: Any
    label: Any
    hows: Mapping[str, How]
    # Of which things there is one such choice each: the workspace's own fields.
    about: Parameter | None = None
    # About what people did with mails, which is known of those only who agreed to it.
    about_deeds: bool = False

    def parameters(self, how: str) -> tuple[Parameter, ...]:
        """Return all values that go with this way to ask."""
        own = self.hows[how].parameters
        return (self.about, *own) if self.about else own


@dataclass(frozen=True)
class Thing:
    """Something of the workspace that conditions name by its id."""

    name: str
    # What is said when it is gone: "a list".
    label: Any
    # The names of those of the ids that still are there.
    names: Callable[[int, Collection[int]], Mapping[int, str]]
    # What may be chosen: id and name.
    options: Callable[[int], list[tuple[int, str]]]


@dataclass(frozen=True)
class Names:
    """What is called how that questions name."""

    # By kind of thing and id.
    things: Mapping[str, Mapping[int, str]]
    # By name of the part, id of the thing that it is within, and value.
    parts: Mapping[str, Mapping[int, Mapping[str, str]]]


# By a thing's id, the values and labels of what is within it: a campaign's links.
Offers = Mapping[int, list[tuple[str, str]]]
Parts = Callable[[int, Collection[int]], Offers]
_parts: dict[str, Parts] = {}
_whats: dict[str, What] = {}
_things: dict[str, Thing] = {}


def register(*whats: What) -> None:
    """Let segments ask for `whats`, in this order."""
    _whats.update((what.name, what) for what in whats)


def register_things(*things: Thing) -> None:
    """Let conditions name `things`."""
    _things.update((thing.name, thing) for thing in things)


def register_parts(name: str, function: Parts) -> None:
    """Let conditions name the `name` of things: by workspace and the things' ids."""
    _parts[name] = function


def parts(name: str, workspace_id: int, ids: Collection[int]) -> Offers:
    """Return what may be chosen within each of the things, by one query."""
    return _parts[name](workspace_id, ids)


def whats() -> Mapping[str, What]:
    """Return all that may be asked, by name."""
    return _whats


def things() -> Mapping[str, Thing]:
    """Return all that may be named, by name."""
    return _things


def grammar() -> Grammar:
    """Return what may be asked, for `ast.read`."""
    return {name: {how: what.parameters(how) for how in what.hows} for name, what in _whats.items()}


def named(what: str, how: str, values: Values) -> list[tuple[Thing, int]]:
    """Return the things that a condition names."""
    return [
        (_things[one.thing], values[one.name])
        for one in _whats[what].parameters(how)
        if one.kind is Kind.THING and one.name in values
    ]


def parted(what: str, how: str, values: Values) -> list[tuple[str, int]]:
    """Return the kinds of parts that a condition may name, each with the id of its thing."""
    return [
        (one.thing, values[one.within])
        for one in _whats[what].parameters(how)
        if one.within and isinstance(values.get(one.within), int)
    ]
