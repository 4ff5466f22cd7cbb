"""How many people a question finds, a few of them, and how many it cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact, Segment
from campaigns.audience.segments import compiling, querysets
from campaigns.audience.segments.ast import Group

# While somebody builds a question they look at the number; after saving nobody waits.
LIVE_MS = 1_500
SAVED_MS = 120_000
SAMPLE = 8


@dataclass(frozen=True)
class Look:
    """What a page shows of a question. None: it takes longer than a page can wait."""

    people: int | None
    # Whose answer may not be known; 0 where the question is not about what people did.
    unseen: int | None = 0
    sample: Sequence[Contact] = field(default_factory=tuple)


def look(workspace: Workspace, question: Group) -> Look:
    """Count the people of a question and show a few, in the time that a page has."""
    people = querysets.within(LIVE_MS, lambda: _people(workspace, question))
    if people is None:
        return Look(None, None)
    unseen = querysets.within(LIVE_MS, lambda: _unseen(workspace, question))
    found = compiling.people(workspace, question).order_by("-pk")[:SAMPLE]
    sample = querysets.within(LIVE_MS, lambda: list(found)) if people else ()
    return Look(people, unseen, sample or ())


def count_saved(segment_id: int) -> None:
    """Count a saved segment with patience, and keep the numbers with it. It may be gone."""
    segment = Segment.objects.select_related("workspace").filter(pk=segment_id).first()
    if segment is None:
        return
    workspace, asked = segment.workspace, segment.question
    question = compiling.read(asked)
    people = querysets.within(SAVED_MS, lambda: _people(workspace, question))
    unseen = querysets.within(SAVED_MS, lambda: _unseen(workspace, question))
    Segment.objects.filter(pk=segment.pk).note_count(asked, people, unseen)


def _people(workspace: Workspace, question: Group) -> int:
    return compiling.people(workspace, question).count()


def _unseen(workspace: Workspace, question: Group) -> int:
    if not compiling.is_about_deeds(question):
        return 0
    return compiling.unseen(workspace, question).count()
