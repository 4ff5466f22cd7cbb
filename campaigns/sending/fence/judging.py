"""Is this the database that we know, or a copy of it? Pure.

Three things are compared: what the database says of itself, where it really is, and what
this machine remembers outside of it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from campaigns.sending.fence.marks import Memory

# An asynchronous replica may lack the last ticks when it takes over: five minutes of them.
# A database that lacks more is an old one.
LOST_TICKS = 60


class Verdict(enum.Enum):
    """What the database turns out to be."""

    SAME = enum.auto()
    # A replica has taken over; it may not know the last mails that left.
    FAILOVER = enum.auto()
    # A restored backup, or a copy beside the original.
    COPY = enum.auto()


@dataclass(frozen=True)
class Whereabouts:
    """Where a database is. A dump that is restored gets other numbers."""

    cluster: str
    timeline: int
    database_oid: int
    table_oid: int

    def is_elsewhere(self, other: Whereabouts) -> bool:
        """Whether the two are different databases; the timeline says nothing of that."""
        ours = (self.cluster, self.database_oid, self.table_oid)
        return ours != (other.cluster, other.database_oid, other.table_oid)

    def holding(self, lineage: str) -> str:
        """Name the database of that lineage that is here, and none of its copies."""
        return f"{lineage} {self.cluster} {self.database_oid} {self.table_oid}"


@dataclass(frozen=True)
class Record:
    """What the database says of itself."""

    lineage: str
    former: str
    generation: int
    name: str
    written_at: Whereabouts
    is_locked: bool = False
    is_quiet: bool = False


@dataclass(frozen=True)
class Here:
    """What this machine says of itself: its name, if it was given one, and its place."""

    name: str
    place: str


def judge(memory: Memory | None, record: Record, found: Whereabouts, here: Here) -> Verdict:
    """Say what the database that says `record`, and is found there, is to this machine."""
    if here.name and record.name and here.name != record.name:
        return Verdict.COPY
    if record.written_at.is_elsewhere(found):
        return Verdict.COPY
    promoted = record.written_at.timeline != found.timeline
    is_named = bool(here.name) and here.name == record.name
    if memory is None:
        # Another machine of an installation that has a name.
        is_known = is_named
    elif memory.doubted == found.holding(record.lineage):
        is_known = False
    elif memory.doubted == found.holding(record.former):
        # Somebody has decided since then.
        is_known = True
    elif memory.place != here.place and not is_named:
        is_known = False
    else:
        is_known = _is_remembered(memory, record, slack=LOST_TICKS * promoted)
    if not is_known:
        return Verdict.COPY
    return Verdict.FAILOVER if promoted else Verdict.SAME


def _is_remembered(memory: Memory, record: Record, *, slack: int) -> bool:
    if memory.lineage == record.former:
        # Decided while this machine was away.
        return True
    return memory.lineage == record.lineage and memory.generation <= record.generation + slack
