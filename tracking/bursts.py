"""Clicks that come too close together to be a reader's: scanners follow all links at once. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from tracking.company import Heads

# Three links of one mail in two seconds are no reader's.
LINKS = 3
MOMENT_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Click:
    """A click, by whoever or whatever it was as far as a moment goes."""

    reader: Hashable
    number: int
    at_ns: int


class Recent:
    """Remembers the requests of the last moment, so that a burst may cross batches.

    Being asked about the same clicks again, after a failure, changes nothing.
    """

    def __init__(self) -> None:
        self._clicks: dict[Hashable, list[Click]] = {}
        self.heads = Heads()

    def bursts(self, clicks: Sequence[Click]) -> set[int]:
        """Return the positions in `clicks` of those that belong to a burst."""
        # Remembered clicks have no position.
        by_reader: dict[Hashable, list[tuple[Click, int]]] = defaultdict(list)
        for position, click in enumerate(clicks):
            by_reader[click.reader].append((click, position))
        found: set[int] = set()
        for reader, near in by_reader.items():
            near += [(click, -1) for click in self._clicks.get(reader, ())]
            near.sort(key=lambda pair: pair[0].at_ns)
            found.update(position for position in _crowded(near) if position >= 0)
        self._remember(clicks)
        return found

    def _remember(self, clicks: Sequence[Click]) -> None:
        if not clicks:
            return
        since = max(click.at_ns for click in clicks) - MOMENT_NS
        kept: dict[Hashable, dict[int, Click]] = defaultdict(dict)
        for click in (*(old for group in self._clicks.values() for old in group), *clicks):
            if click.at_ns >= since:
                # The last of each link will do: a flood stays small.
                kept[click.reader][click.number] = click
        self._clicks = {reader: list(group.values()) for reader, group in kept.items()}


def _crowded(near: Sequence[tuple[Click, int]]) -> Iterator[int]:
    """Yield the positions of clicks, in order of time, that share a moment with many links."""
    links: Counter[int] = Counter()
    first = told = 0
    for last, (click, _position) in enumerate(near):
        links[click.number] += 1
        while click.at_ns - near[first][0].at_ns > MOMENT_NS:
            gone = near[first][0].number
            links[gone] -= 1
            if not links[gone]:
                del links[gone]
            first += 1
        if len(links) >= LINKS:
            for index in range(max(first, told), last + 1):
                yield near[index][1]
            told = last + 1
