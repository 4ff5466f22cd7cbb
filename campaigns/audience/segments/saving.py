"""Save, copy and delete segments, and say who uses one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from campaigns.accounts.models import User
from campaigns.audience.models import Segment
from campaigns.audience.segments import ast
from campaigns.audience.segments.ast import Group


@dataclass(frozen=True)
class Use:
    """Something that asks a segment: a campaign."""

    name: str
    url: str
    # It is still to be sent, so it matters when the segment changes or goes.
    is_open: bool


Uses = Callable[[int], Sequence[Use]]
# Filled by rooms above.
_uses: list[Uses] = []


class NameTakenError(Exception):
    """Another segment of the workspace has this name."""


def register_uses(function: Uses) -> None:
    """Let `function` say what uses a segment, by its id."""
    _uses.append(function)


def uses(segment: Segment) -> list[Use]:
    """Return what uses the segment."""
    return [use for function in _uses for use in function(segment.pk)]


def save(segment: Segment, name: str, question: Group) -> None:
    """Save a segment, new or not; raises `NameTakenError`."""
    asked = ast.write(question)
    if segment.question != asked:
        segment.people = segment.unseen = segment.counted_at = None
    segment.name, segment.question = name, asked
    try:
        with transaction.atomic():
            if segment._state.adding:
                segment.save(force_insert=True)
            else:
                kept = ("name", "question", "people", "unseen", "counted_at", "updated_at")
                segment.save(update_fields=kept)
    except IntegrityError as error:
        raise NameTakenError from error


def duplicate(segment: Segment, user: User) -> Segment:
    """Make a copy under a name of its own."""
    for name in _names_of_copies(segment):
        # Somebody may take the name just now, perhaps by a second press of the same button.
        with suppress(IntegrityError), transaction.atomic():
            return Segment.objects.create(
                workspace=segment.workspace,
                created_by=user,
                name=name,
                question=segment.question,
                people=segment.people,
                unseen=segment.unseen,
                counted_at=segment.counted_at,
            )
    raise AssertionError("names never end")


def _names_of_copies(segment: Segment) -> Iterator[str]:
    """Yield names that no segment of the workspace had when they were asked for."""
    taken = {name.lower() for name in segment.workspace.segments.values_list("name", flat=True)}
    most = Segment._meta.get_field("name").max_length or 0
    for number in itertools.count(1):
        ending = "" if number == 1 else f" {number}"
        name = (_("Copy of %s") % segment.name)[: most - len(ending)] + ending
        if name.lower() not in taken:
            yield name
