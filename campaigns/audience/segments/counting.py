"""How many people a question finds, a few of them, and how many it cannot see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact, Segment
from campaigns.audience.segments import compiling, estimating, querysets
from campaigns.audience.segments.ast import Group, QuestionError
from campaigns.audience.segments.estimating import About, Estimate

# While somebody builds a question they look at the number; after saving nobody waits.
LIVE_MS = 1_500
SAVED_MS = 120_000
# So long a number may keep an estimate waiting: few people are mostly found at once.
AT_ONCE_MS = 100
SAMPLE = 8


@dataclass(frozen=True)
class Look:
    """What a page shows of a question. None: it takes longer than a page can wait."""

    people: int | None
    # Whose answer may not be known; 0 where the question is not about what people did.
    unseen: int | None = 0
    sample: Sequence[Contact] = field(default_factory=tuple)
    # What is known of the numbers where they are not counted, or not yet.
    about: About | None = None
    about_unseen: About | None = None
    # Whether it is worth asking again for the number itself.
    may_be_counted: bool = False


def look(workspace: Workspace, question: Group, *, exact: bool = False) -> Look:
    """Say how many people the question finds and show a few, in the time that a page has.

    Of many people, estimate first; `exact`: take the time to count them.
    """
    if compiling.gone(workspace, question):
        return Look(0)
    estimate = querysets.within(LIVE_MS, lambda: estimating.ask(workspace, question))
    if estimate is None:
        return _counted(workspace, question)
    patience = LIVE_MS if exact else AT_ONCE_MS if estimate.is_of_few else 0
    people = querysets.within(patience, lambda: _people(workspace, question)) if patience else None
    # Of whom nobody was found, a few would be looked for in vain, or for long.
    anybody = bool(people or estimate.found)
    return Look(
        people,
        None,
        _some(workspace, question, estimate) if anybody else (),
        about=estimate.people,
        about_unseen=estimate.unseen if compiling.is_about_deeds(question) else None,
        may_be_counted=people is None and not exact,
    )


def count(workspace: Workspace, question: Group) -> tuple[int, int]:
    """Return how many people the question finds, and of how many it cannot be known."""
    return _people(workspace, question), _unseen(workspace, question)


def count_saved(segment_id: int) -> None:
    """Count a saved segment with patience, and keep the numbers with it. It may be gone."""
    segment = Segment.objects.select_related("workspace").filter(pk=segment_id).first()
    if segment is None:
        return
    workspace, asked = segment.workspace, segment.question
    try:
        question = compiling.read(asked)
    except QuestionError:
        # Its page says what is wrong.
        return
    people = querysets.within(SAVED_MS, lambda: _people(workspace, question))
    unseen = querysets.within(SAVED_MS, lambda: _unseen(workspace, question))
    Segment.objects.filter(pk=segment.pk).note_count(asked, people, unseen)


def _counted(workspace: Workspace, question: Group) -> Look:
    people = querysets.within(LIVE_MS, lambda: _people(workspace, question))
    if people is None:
        return Look(None, None)
    unseen = querysets.within(LIVE_MS, lambda: _unseen(workspace, question))
    found = compiling.people(workspace, question).order_by("-pk")[:SAMPLE]
    sample = querysets.within(LIVE_MS, lambda: list(found)) if people else ()
    return Look(people, unseen, sample or ())


def _some(workspace: Workspace, question: Group, estimate: Estimate) -> Sequence[Contact]:
    """Return some of those who were asked and found; else of whoever is found at once."""
    if len(estimate.found) >= SAMPLE:
        return list(workspace.contacts.filter(pk__in=estimate.found[:SAMPLE]).order_by("-pk"))
    found = compiling.people(workspace, question).order_by("-pk")[:SAMPLE]
    return querysets.within(AT_ONCE_MS, lambda: list(found)) or ()


def _people(workspace: Workspace, question: Group) -> int:
    return compiling.people(workspace, question).count()


def _unseen(workspace: Workspace, question: Group) -> int:
    if not compiling.is_about_deeds(question):
        return 0
    return compiling.unseen(workspace, question).count()
