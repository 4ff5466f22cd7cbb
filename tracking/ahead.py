"""Read the spool in batches, and the next one already while the database keeps the last.

What is read ahead is only understood, never kept: should somebody else drain it meanwhile, or
the database take the last batch back, it is read again from where it is then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tracking import reads, spool
from tracking.reads import Reads


@dataclass(frozen=True)
class Part:
    """What was read of one segment, from where on and up to where."""

    segment: Path
    start: int
    end: int
    reads: Reads


class Reader:
    """Reads the segments of a folder."""

    def __init__(self) -> None:
        self._ahead: list[Part] = []

    def read(self, segments: Sequence[Path], places: Mapping[str, int], limit: int) -> list[Part]:
        """Return up to `limit` records, of the first segments first, from their places on."""
        ahead, self._ahead = self._ahead, []
        return _parts(segments, places, limit, ahead)

    def read_ahead(self, segments: Sequence[Path], places: Mapping[str, int], limit: int) -> None:
        """Read what `read` will be asked for next, when all goes well."""
        # What goes wrong here goes wrong there once more, where it is heard.
        with suppress(OSError):
            self._ahead = _parts(segments, places, limit, [])


def _parts(
    segments: Sequence[Path], places: Mapping[str, int], limit: int, ahead: Sequence[Part]
) -> list[Part]:
    known = {(part.segment, part.start): part for part in ahead}
    parts = []
    for segment in segments:
        if limit <= 0:
            break
        start = places.get(segment.name, 0)
        part = known.get((segment, start))
        try:
            if part is None or part.reads.records > limit:
                part = _part(segment, start, limit)
            elif part.reads.records < limit:  # In the mean time more may have come.
                part = _continued(part, limit)
        except FileNotFoundError:  # Another drainer was here first.
            continue
        parts.append(part)
        limit -= part.reads.records
    return parts


def _part(segment: Path, start: int, limit: int) -> Part:
    records, end = spool.read(segment, start, limit)
    return Part(segment, start, end, reads.read(records))


def _continued(part: Part, limit: int) -> Part:
    more = _part(part.segment, part.end, limit - part.reads.records)
    part.reads.add(more.reads)
    return Part(part.segment, part.start, more.end, part.reads)
