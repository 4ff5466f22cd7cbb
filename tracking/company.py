"""What came in the same moment as something that gives a machine away. Pure.

A scanner loads the images of a mail, asks for headers, and follows all links, those nobody
can see among them. What it did just before and after is told by it too. The moment is
judged, never the person: who was scanned may still read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracking.classify import TELLING, Beside

# How long before and after a giveaway a hit of the same reader is the same machine's.
MOMENT_NS = 30_000_000_000
# How long after asking for headers the same asks for the rest.
HEAD_NS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Trace:
    """A request, by all that may tell whose it was as far as a moment goes."""

    campaign_id: int
    # None where nobody is known.
    delivery_id: int | None
    kind: str
    number: int
    at_ns: int
    ip: str
    agent: str

    def is_of(self, other: Trace) -> bool:
        """Whether both seem to be one program's, given that they are of one mail.

        Where nobody is known, the mail is everybody's: there both marks must fit.
        """
        marks = (self.ip == other.ip, self.agent == other.agent)
        return all(marks) if self.delivery_id is None else any(marks)


_Address = tuple[int, int | None, str, int]


class Heads:
    """Remembers who asked for headers in the last moment, so that it may cross batches."""

    def __init__(self) -> None:
        self._seen: dict[_Address, list[Trace]] = {}

    def __bool__(self) -> bool:
        return bool(self._seen)

    def followed(self, heads: Sequence[Trace], others: Sequence[Trace]) -> set[int]:
        """Return the positions in `others` of those that `heads`, or earlier ones, announced."""
        if not heads and not self._seen:
            return set()
        seen: dict[_Address, dict[Trace, None]] = defaultdict(dict)
        for head in (*(old for group in self._seen.values() for old in group), *heads):
            seen[_address(head)][head] = None
        found = {
            position
            for position, trace in enumerate(others)
            if any(
                0 <= trace.at_ns - head.at_ns <= HEAD_NS and trace.is_of(head)
                for head in seen.get(_address(trace), ())
            )
        }
        newest = max(trace.at_ns for trace in (*heads, *others)) if heads or others else 0
        kept = {
            address: [head for head in group if newest - head.at_ns <= HEAD_NS]
            for address, group in seen.items()
        }
        self._seen = {address: group for address, group in kept.items() if group}
        return found


def accompany(traces: Sequence[Trace], beside: Mapping[int, Beside]) -> dict[int, Beside]:
    """Return what is beside each trace, by position: what was given, and what came with it."""
    found = dict(beside)
    telling: dict[tuple[int, int | None], list[tuple[Trace, Beside]]] = defaultdict(list)
    for position, sign in beside.items():
        if sign in TELLING:
            trace = traces[position]
            telling[trace.campaign_id, trace.delivery_id].append((trace, TELLING[sign]))
    if not telling:
        return found
    for position, trace in enumerate(traces):
        if position in beside:
            continue
        near = telling.get((trace.campaign_id, trace.delivery_id), ())
        if came_with := _first(trace, near):
            found[position] = came_with
    return found


def _first(trace: Trace, near: Iterable[tuple[Trace, Beside]]) -> Beside | None:
    return next(
        (
            sign
            for other, sign in near
            if abs(trace.at_ns - other.at_ns) <= MOMENT_NS and trace.is_of(other)
        ),
        None,
    )


def _address(trace: Trace) -> _Address:
    return trace.campaign_id, trace.delivery_id, trace.kind, trace.number
