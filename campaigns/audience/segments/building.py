"""The builder as a page shows it: groups, conditions, their fields, and what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.audience.segments import (
    ast,
    choices,
    compiling,
    counting,
    drafts,
    registry,
    sentences,
)
from campaigns.audience.segments.ast import Group, QuestionError
from campaigns.audience.segments.counting import Look
from campaigns.audience.segments.drafts import Draft, Removed
from campaigns.audience.segments.parameters import Kind, Parameter


@dataclass(frozen=True)
class Input:
    """One field of a condition."""

    name: str
    kind: str
    label: Any
    value: Any = ""
    choices: Sequence[tuple[str, Any]] = ()
    optional: bool = False
    least: int = 0
    most: int = 0

    @property
    def id(self) -> str:
        """Its name as ids of HTML are written."""
        return self.name.replace(".", "-")

    @property
    def is_gone(self) -> bool:
        """Whether what was chosen cannot be chosen any more."""
        return bool(self.value) and self.value not in {value for value, _label in self.choices}


@dataclass
class Row:
    """A condition, or with `parts` a group, at its place."""

    place: str
    match: str = ""
    parts: list[Row] = field(default_factory=list)
    what: str = ""
    how: str = ""
    hows: Sequence[tuple[str, Any]] = ()
    inputs: Sequence[Input] = ()
    error: str = ""
    # Whether another group fits below it.
    may_deepen: bool = False

    @property
    def is_group(self) -> bool:
        """Whether it has parts, or may have."""
        return bool(self.match)

    @property
    def id(self) -> str:
        """Its place as ids of HTML are written."""
        return self.place.replace(".", "-") or "top"

    @property
    def number(self) -> str:
        """Its place as people count: 2.1 is the first part of the second."""
        return ".".join(str(int(step) + 1) for step in self.place.split(".") if step)


@dataclass(frozen=True)
class Built:
    """A draft on its page; `question` where it can be asked."""

    root: Row
    whats: Sequence[tuple[Any, Sequence[tuple[str, Any]]]]
    question: Group | None
    error: str = ""
    removed: str = ""
    removed_words: str = ""
    # The place that the keyboard goes to, or "undo".
    focus: str = ""


def build(
    workspace: Workspace,
    draft: Draft,
    removed: Removed | None = None,
    *,
    told: bool = False,
    focus: str = "",
) -> Built:
    """Return the builder of a draft; `told`: also say what is missing, as when it is saved."""
    question, error = _read(draft)
    offered = _Offered(workspace.pk, draft)
    root = _row(offered, draft, "", told=told)
    return Built(
        root=root,
        whats=_whats(offered),
        question=question,
        error=error if told else "",
        removed=removed.write() if removed else "",
        removed_words=_words(workspace, removed.part) if removed else "",
        focus=focus,
    )


def look(workspace: Workspace, question: Group | None, *, exact: bool = False) -> dict[str, Any]:
    """Return what is shown beside the builder: the sentence, the number, and some people."""
    if question is None:
        return {"look": None, "sentence": "", "gone": []}
    found: Look = counting.look(workspace, question, exact=exact)
    return {
        "look": found,
        "sentence": sentences.of(workspace.pk, question),
        "gone": compiling.gone(workspace, question),
    }


def explain(error: QuestionError) -> str:
    """Return what is wrong in the member's language."""
    return _(error.words) % error.facts if error.facts else _(error.words)


def _read(draft: Draft) -> tuple[Group | None, str]:
    try:
        return compiling.read(draft), ""
    except QuestionError as error:
        return None, explain(error)


def _words(workspace: Workspace, part: Draft) -> str:
    question, _error = _read(part if "match" in part else {"match": "all", "of": [part]})
    if question is None:
        return _("a condition")
    shown = question if "match" in part else question.of[0]
    return sentences.of_part(workspace.pk, shown)


class _Offered:
    """What may be chosen on one page: asked once, however many conditions offer it."""

    def __init__(self, workspace_id: int, draft: Draft) -> None:
        self._workspace_id = workspace_id
        self._whole: dict[str, Sequence[tuple[str, Any]]] = {}
        wanted: dict[str, set[int]] = defaultdict(set)
        for part in drafts.conditions(draft):
            what = registry.whats().get(part["what"])
            if what is None:
                continue
            for name, pk in registry.parted(what.name, part["how"], part):
                wanted[name].add(pk)
        self._parts = {
            name: registry.parts(name, workspace_id, ids) for name, ids in wanted.items()
        }

    def of(self, parameter: Parameter, above: object = None) -> Sequence[tuple[str, Any]]:
        """Return values and labels; `above`: the id of the thing that they are within."""
        if parameter.within and isinstance(above, int):
            return self._parts[parameter.thing].get(above, ())
        if parameter.thing not in registry.things():
            return choices.of(self._workspace_id, parameter)
        if parameter.thing not in self._whole:
            self._whole[parameter.thing] = choices.of(self._workspace_id, parameter)
        return self._whole[parameter.thing]


def _row(offered: _Offered, part: Draft, place: str, *, told: bool) -> Row:
    if "match" in part:
        parts = [
            _row(offered, one, f"{place}.{number}".removeprefix("."), told=told)
            for number, one in enumerate(part["of"])
        ]
        depth = place.count(".") + 1 if place else 0
        return Row(place, part["match"], parts, may_deepen=depth + 1 < ast.DEEPEST)
    what = registry.whats().get(part["what"])
    if what is None:
        return Row(place, error=_("Choose what it is about, or remove it.") if told else "")
    how = part["how"]
    inputs = [
        _input(offered, place, one, part) for one in what.parameters(how) if one is not what.about
    ]
    return Row(
        place,
        what=_chosen(what, part),
        how=how,
        hows=[(name, each.label) for name, each in what.hows.items()],
        inputs=inputs,
        error=_error(part, place, told=told),
    )


def _chosen(what: registry.What, part: Draft) -> str:
    return f"{what.name}:{part.get(what.about.name, '')}" if what.about else what.name


def _error(part: Draft, place: str, *, told: bool) -> str:
    try:
        ast.read_condition(part, place, registry.grammar())
    except QuestionError as error:
        # What is not written yet is no mistake until somebody saves it.
        missing = error.place.rpartition(".")[2] not in part
        return explain(error) if told or not missing else ""
    return ""


def _input(offered: _Offered, place: str, parameter: Parameter, part: Draft) -> Input:
    value = part.get(parameter.name, "")
    chosen = isinstance(value, list | tuple)
    words = parameter.kind is Kind.WORDS
    above = part.get(parameter.within, "")
    may_be: Sequence[tuple[str, Any]] = ()
    if parameter.within and isinstance(above, int):
        may_be = offered.of(parameter, above)
    elif parameter.kind in (Kind.THING, Kind.CHOICE, Kind.WORDS):
        may_be = offered.of(parameter)
    return Input(
        name=f"v-{place}-{parameter.name}",
        kind="part" if parameter.within and not words else parameter.kind.value,
        label=parameter.label,
        value=[str(one) for one in value] if chosen else str(value),
        choices=may_be,
        optional=parameter.optional,
        least=parameter.least,
        most=parameter.most,
    )


def _whats(offered: _Offered) -> list[tuple[Any, list[tuple[str, Any]]]]:
    subjects: dict[str, tuple[Any, list[tuple[str, Any]]]] = {}
    for what in registry.whats().values():
        _label, options = subjects.setdefault(str(what.subject), (what.subject, []))
        if what.about is None:
            options.append((what.name, what.label))
        else:
            things = offered.of(what.about)
            options += [(f"{what.name}:{pk}", name) for pk, name in things]
    return [(label, options) for label, options in subjects.values() if options]
