"""Turn a question into a queryset of people.

Nothing of a question becomes SQL text: registered conditions give `Q` objects, and these are
joined. A question that names something which is gone is answered with nobody, whatever the
rest of it says: "not on a list that was deleted" would be everybody.
"""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact, Field
from campaigns.audience.querysets import ContactQuerySet
from campaigns.audience.segments import ast, registry
from campaigns.audience.segments.ast import Condition, Group
from campaigns.audience.segments.registry import Answer, Asking, Names

NOBODY = Q(pk__in=())


@dataclass(frozen=True)
class Gone:
    """Something that a question names and that is not there any more."""

    label: Any
    id: int


def asking(workspace: Workspace, *, few: bool = False) -> Asking:
    """Return who asks, now, and whether a few people are asked."""
    zone = ZoneInfo(workspace.time_zone)
    fields = Field.objects.filter(workspace=workspace).values_list("pk", "key")
    return Asking(workspace.pk, zone, timezone.localdate(timezone=zone), dict(fields), few)


def read(raw: object) -> Group:
    """Return the question that `raw` asks, by what is registered; raises `QuestionError`."""
    return ast.read(raw, registry.grammar())


def people(workspace: Workspace, question: Group) -> ContactQuerySet:
    """Return the people of the workspace of whom the question is certainly true."""
    return Contact.objects.filter(condition(workspace, question), workspace=workspace)


def unseen(workspace: Workspace, question: Group) -> ContactQuerySet:
    """Return the people of whom nobody may know whether the question is true of them."""
    mine = Contact.objects.filter(workspace=workspace)
    if gone(workspace, question):
        return mine.none()
    found = answer(workspace, question)
    return mine.exclude(found.yes | found.no)


def is_about_deeds(question: Group) -> bool:
    """Whether there may be people of whom the answer is not known."""
    return any(registry.whats()[one.what].about_deeds for one in ast.conditions(question))


def names(workspace_id: int, questions: Iterable[Group]) -> Names:
    """Return what is called how that the questions name: a query for each kind of thing.

    What is gone has no name.
    """
    asked = [one for question in questions for one in ast.conditions(question)]
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in asked:
        for name, pk in registry.parted(one.what, one.how, one.values):
            wanted[name].add(pk)
    return Names(
        things={
            name: registry.things()[name].names(workspace_id, ids)
            for name, ids in _named(asked).items()
        },
        parts={
            name: {
                pk: dict(offered) for pk, offered in registry.parts(name, workspace_id, ids).items()
            }
            for name, ids in wanted.items()
        },
    )


def gone(workspace: Workspace, question: Group, known: Names | None = None) -> list[Gone]:
    """Return what the question names and the workspace does not have any more."""
    named = _named(ast.conditions(question))
    found: list[Gone] = []
    for name, ids in named.items():
        thing = registry.things()[name]
        there = thing.names(workspace.pk, ids) if known is None else known.things[name]
        found += [Gone(thing.label, pk) for pk in sorted(ids) if pk not in there]
    return found


def _named(conditions: Iterable[Condition]) -> Mapping[str, set[int]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in conditions:
        for thing, pk in registry.named(one.what, one.how, one.values):
            wanted[thing.name].add(pk)
    return wanted


def condition(workspace: Workspace, question: Group) -> Q:
    """Return the condition that the question is certainly true of a person."""
    if gone(workspace, question):
        return NOBODY
    return answer(workspace, question).yes


def answer(workspace: Workspace, question: Group, *, few: bool = False) -> Answer:
    """Return of whom it is certainly so and certainly not, where nothing named is gone.

    `few`: it will be asked of a few people, whose own rows are looked up.
    """
    return _answer(asking(workspace, few=few), question)


def _answer(who: Asking, part: Condition | Group) -> Answer:
    if isinstance(part, Condition):
        return registry.whats()[part.what].hows[part.how].answer(who, part.values)
    answers = [_answer(who, one) for one in part.of]
    yes, no = [one.yes for one in answers], [one.no for one in answers]
    match part.match:
        case "all":
            return Answer(_all(yes), _any(no))
        case "any":
            return Answer(_any(yes), _all(no))
        case _none:
            return Answer(_all(no), _any(yes))


def _all(parts: Sequence[Q]) -> Q:
    return functools.reduce(operator.and_, parts)


def _any(parts: Sequence[Q]) -> Q:
    return functools.reduce(operator.or_, parts)
