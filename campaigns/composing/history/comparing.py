"""The difference of two texts, line by line and within lines. Knows nothing of mails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# Of what is alike, this many lines are shown around a change.
AROUND = 2
# Beyond it, what differs is shown as a whole: comparing takes the product of both lengths.
_MOST = 4_000_000
_MOST_WORDS = 400
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A part of a line."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """A line of a difference: `same`, `removed` or `added`; or `skipped`, lines left out."""

    kind: str
    pieces: tuple[Piece, ...] = ()
    count: int = 0


def difference(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    """Return how `after` differs from `before`; nothing, if it does not."""
    found = list(_lines(before, after))
    if all(line.kind == "same" for line in found):
        return []
    return list(_shortened(found))


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        yield _whole("same", before[start])
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for tag, i, j, k, m in _steps(old, new):
        if tag == "equal":
            yield from (_whole("same", line) for line in old[i:j])
        elif tag == "replace" and j - i == m - k:
            yield from _changed(old[i:j], new[k:m])
        else:
            yield from (_whole("removed", line) for line in old[i:j])
            yield from (_whole("added", line) for line in new[k:m])
    yield from (_whole("same", line) for line in before[len(before) - end :])


def _steps(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    if len(old) * len(new) > _MOST:
        return [("replace", 0, len(old), 0, len(new))]
    return list(SequenceMatcher(None, old, new, autojunk=True).get_opcodes())


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Give pairs of lines, the words marked that differ."""
    pairs = [_words(first, second) for first, second in zip(old, new, strict=True)]
    yield from (Line("removed", pair[0]) for pair in pairs)
    yield from (Line("added", pair[1]) for pair in pairs)


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    first, second = _WORD.findall(old), _WORD.findall(new)
    if max(len(first), len(second)) > _MOST_WORDS:
        return (Piece(old),), (Piece(new),)
    removed: list[Piece] = []
    added: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if i < j:
            removed.append(Piece("".join(first[i:j]), changed=tag != "equal"))
        if k < m:
            added.append(Piece("".join(second[k:m]), changed=tag != "equal"))
    return tuple(removed), tuple(added)


def _whole(kind: str, line: str) -> Line:
    return Line(kind, (Piece(line),))


def _shortened(found: list[Line]) -> Iterator[Line]:
    """Leave out what is alike and far from any change."""
    near: set[int] = set()
    for place, line in enumerate(found):
        if line.kind != "same":
            near.update(range(place - AROUND, place + AROUND + 1))
    skipped = 0
    for place, line in enumerate(found):
        if place not in near:
            skipped += 1
            continue
        if skipped:
            yield Line("skipped", count=skipped)
            skipped = 0
        yield line
    if skipped:
        yield Line("skipped", count=skipped)
