"""Hide what would be about a few people, so that nobody can work it out from the rest. Pure.

Of people who are only counted, a figure smaller than the least that may be shown could be
one person's. It is not enough to leave it out: where all the others and their sum are
shown, what is missing is a subtraction away. So small figures are shown as one, together
with as many larger ones as it takes to make their sum large enough.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Merged(Generic[K]):
    """Figures that may be shown one by one, and the sum of those that may not."""

    shown: Mapping[K, int]
    rest: int

    def of(self, key: K) -> int | None:
        """Return the figure of `key`; None where it is in the rest."""
        return self.shown.get(key)


def merge(sizes: Mapping[K, int], minimum: int) -> Merged[K]:
    """Return `sizes` with those below `minimum` in the rest. Nought is about nobody, and stays.

    The rest is nothing, or at least `minimum`, or all there is; of that, nothing is shown, as
    what is nought elsewhere would say where the little that there is belongs.
    """
    rising = sorted((key for key in sizes if sizes[key]), key=lambda key: sizes[key])
    hidden: set[K] = set()
    rest = 0
    for key in rising:
        if sizes[key] >= minimum and (not hidden or rest >= minimum):
            break
        hidden.add(key)
        rest += sizes[key]
    if rest and rest < minimum:
        return Merged({}, rest)
    return Merged({key: size for key, size in sizes.items() if key not in hidden}, rest)


def carry(hours: Sequence[tuple[datetime, int]], minimum: int) -> dict[datetime, int]:
    """Return the figures of hours, in order, each small one added to the next it reaches.

    Each is at least `minimum`, and together they are what they were; of less than
    `minimum` in all, nothing is left. Days are to be made of these, not of the hours: the
    difference of two ways to add up would show what neither does.
    """
    found: dict[datetime, int] = {}
    waiting = 0
    for hour, size in hours:
        waiting += size
        if waiting >= minimum:
            found[hour] = waiting
            waiting = 0
    if found and waiting:
        found[max(found)] += waiting
    return found
