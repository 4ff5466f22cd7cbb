"""Estimate how many people a question finds, by asking it of some.

To count a million people, a question about what they did may read many millions of rows. To
ask five thousand of them, taken at random by their numbers, takes a tenth of a second, whatever
the question is. What comes out is a number with bounds, and some of the people.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from django.db.models import BooleanField, ExpressionWrapper, Max, Min, Q

from campaigns.accounts.models import Workspace
from campaigns.audience.segments import compiling
from campaigns.audience.segments.ast import Group

ASKED = 5_000
# Fewer people are all asked: that takes no longer.
LARGE = 50_000
# Where so few of those who were asked are found, a few more or less would change much.
FEW = 50
# Of a hundred such bounds, 95 have the number within.
Z = 1.96


@dataclass(frozen=True)
class About:
    """A number that was not counted, and between what it lies."""

    number: int
    least: int
    most: int


@dataclass(frozen=True)
class Estimate:
    """What those who were asked say about all."""

    people: About
    unseen: About
    # Of those who were asked, the ones who are found.
    found: Sequence[int]

    @property
    def is_of_few(self) -> bool:
        """Whether the people are so few that they are better counted."""
        return len(self.found) < FEW


def ask(workspace: Workspace, question: Group) -> Estimate | None:
    """Return what some of the people say; None where they are few enough to ask them all."""
    mine = workspace.contacts.all()
    ends = mine.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None or ends["last"] - ends["first"] < LARGE:
        return None
    numbers = range(ends["first"], ends["last"] + 1)
    # The same people each time: else the number would jump while nothing has changed.
    drawn = Random(workspace.pk).sample(numbers, ASKED)  # noqa: S311  # Nothing is secret here.
    rows = said(workspace, question, drawn)
    if len(rows) < ASKED // 4:
        # Most numbers between are other workspaces' people, or nobody's.
        return None
    found = [pk for pk, yes, _no in rows if yes]
    unseen = sum(1 for _pk, yes, no in rows if not yes and not no)
    return Estimate(_about(len(found), len(numbers)), _about(unseen, len(numbers)), found)


def said(
    workspace: Workspace, question: Group, numbers: Sequence[int]
) -> list[tuple[int, bool, bool]]:
    """Return of each person of these numbers whether it is so, and whether it is not."""
    answer = compiling.answer(workspace, question, few=True)
    asked = workspace.contacts.filter(pk__in=numbers)
    claimed = asked.annotate(_yes=_claim(answer.yes), _no=_claim(answer.no))
    return list(claimed.order_by().values_list("pk", "_yes", "_no"))


def _claim(condition: Q) -> ExpressionWrapper[Q]:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _about(found: int, of: int) -> About:
    """Return how many of all that are, when `found` of those who were drawn are."""
    share = found / ASKED
    # Of nobody found, three in as many as were asked may still be there.
    off = (Z * math.sqrt(share * (1 - share) / ASKED) or 3 / ASKED) * of
    # No more figures than are known.
    step = 10 ** int(math.log10(off)) if off >= 1 else 1
    least = max(found, math.floor((share * of - off) / step) * step)
    most = min(of, math.ceil((share * of + off) / step) * step)
    return About(round(share * of / step) * step, least, most)
