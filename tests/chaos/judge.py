"""What became of everybody: the ledger held against the journal of whoever took the mails.

The journal is the truth, because each line was written before its answer. Knows neither the
engine nor how it was harmed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

# Where a delivery may end. `unknown` is told to the marketer as "not confirmed".
TERMINAL = {"sent", "failed", "expired", "unknown", "suppressed", "cancelled"}
# Never taken, as far as the ledger says.
REFUSED = {"failed", "expired", "suppressed", "cancelled"}
# What the server did to mails whose fate nobody can know from the outside.
DOUBTFUL = {
    *("cut-after", "no-after", "stall-after"),
    *("lost-answer", "cut", "garbled", "silent", "missing"),
}


@dataclass(frozen=True)
class Row:
    """One delivery, as the ledger has it. No address is in two campaigns."""

    address: str
    state: str


@dataclass
class Journal:
    """How often a mail to each address was accepted, and what else was answered how often."""

    accepted: Counter[str]
    doubtful: int
    answers: Counter[str]

    @classmethod
    def read(cls, path: Path) -> "Journal":
        """Read lines of "accept|refuse NAME ADDRESS [FAULT]", and of "answer WHAT"."""
        lines = [line.split() for line in path.read_text().splitlines()]
        return cls(
            accepted=Counter(line[2] for line in lines if line[0] == "accept"),
            doubtful=sum(
                bool(DOUBTFUL.intersection(line[3:])) for line in lines if line[0] != "answer"
            ),
            answers=Counter(" ".join(line[1:]) for line in lines if line[0] == "answer"),
        )


@dataclass
class Findings:
    """The numbers of one run; `+` adds two runs up."""

    mails: int = 0
    accepted: int = 0
    sent: int = 0
    failed: int = 0
    unknown: int = 0
    unknown_but_accepted: int = 0
    # The most that the harm done can leave unconfirmed.
    unknown_allowed: int = 0
    duplicates: int = 0
    lost: int = 0
    false_sent: int = 0
    false_failed: int = 0

    def __add__(self, other: "Findings") -> "Findings":
        names = [field.name for field in fields(self)]
        return Findings(*(getattr(self, name) + getattr(other, name) for name in names))

    def violations(self) -> list[str]:
        """Name each promise that was broken, with how often."""
        broken = [
            f"{name.replace('_', ' ')}: {getattr(self, name)}"
            for name in ("duplicates", "lost", "false_sent", "false_failed")
            if getattr(self, name)
        ]
        if self.unknown > self.unknown_allowed:
            broken.append(f"unknown: {self.unknown}, and at most {self.unknown_allowed} may be")
        return broken


def judge(people: int, rows: Sequence[Row], journal: Journal, *, allowed: int = 0) -> Findings:
    """Say what became of `people`. `allowed`: how many mails the kills can have left in doubt."""
    states = Counter(row.state for row in rows)
    strangers = set(journal.accepted) - {row.address for row in rows}
    return Findings(
        mails=people,
        accepted=len(journal.accepted),
        sent=states["sent"],
        failed=states["failed"] + states["expired"],
        unknown=states["unknown"],
        unknown_but_accepted=_count(rows, {"unknown"}, journal, accepted=True),
        unknown_allowed=allowed + journal.doubtful,
        # Also a mail that no row knows of.
        duplicates=sum(times - 1 for times in journal.accepted.values()) + len(strangers),
        lost=abs(people - len(rows)) + sum(row.state not in TERMINAL for row in rows),
        false_sent=_count(rows, {"sent"}, journal, accepted=False),
        false_failed=_count(rows, REFUSED, journal, accepted=True),
    )


def _count(rows: Iterable[Row], states: set[str], journal: Journal, *, accepted: bool) -> int:
    return sum(
        row.state in states and bool(journal.accepted[row.address]) is accepted for row in rows
    )
