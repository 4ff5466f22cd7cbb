"""A labelled corpus of hits: who asked for what, when, with which headers, and what it truly was.

Ours, made from what mail services, browsers and scanners publish, and from ways of theirs
that others described; not a sample of anybody's traffic. Some of it cannot be told right by
anybody, and is in it for that.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Client:
    """Who asks: an address, and the headers of an image's and of a link's request."""

    ip: str
    source: str
    open: Mapping[str, str]
    click: Mapping[str, str]


@dataclass(frozen=True)
class Request:
    """One request of a session, and what it truly was."""

    session: int
    about: str
    label: str
    client: str
    method: str
    # None is the pixel; 0 the link that nobody sees.
    link: int | None
    after: float
    note: str


def clients() -> dict[str, Client]:
    """Return who asks, by name."""
    found = tomllib.loads((FOLDER / "clients.toml").read_text(encoding="utf-8"))
    return {
        name: Client(one["ip"], one["source"], one.get("open", {}), one.get("click", {}))
        for name, one in found.items()
    }


def requests() -> list[Request]:
    """Return all requests, session by session, in order."""
    with (FOLDER / "hits.tsv").open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return [
            Request(
                session=int(row["session"]),
                about=row["about"],
                label=row["label"],
                client=row["client"],
                method=row["method"],
                link=None if row["link"] == "open" else int(row["link"]),
                after=float(row["after"]),
                note=row["note"],
            )
            for row in csv.DictReader(lines, delimiter="\t")
        ]


@dataclass(frozen=True)
class Score:
    """How well one class was told."""

    name: str
    true: int
    said: int
    right: int
    # What those that were said to be it truly were.
    made_of: Mapping[str, int]

    @property
    def precision(self) -> float:
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    def __str__(self) -> str:
        return (
            f"{self.name:<10} {self.true:>5} {self.said:>5} {self.right:>6} "
            f"{self.precision:>10.1%} {self.recall:>7.1%}   {self._of}"
        )

    @property
    def _of(self) -> str:
        order = sorted(self.made_of.items(), key=lambda item: (-item[1], item[0]))
        return ", ".join(f"{count} {name}" for name, count in order)


def scores(pairs: Iterable[tuple[str, str]]) -> dict[str, Score]:
    """Return the score of each class, of what hits truly were and were taken for."""
    pairs = list(pairs)
    true = Counter(label for label, _verdict in pairs)
    said = Counter(verdict for _label, verdict in pairs)
    right = Counter(label for label, verdict in pairs if label == verdict)
    names = sorted({*true, *said})
    made_of = {name: Counter(label for label, said in pairs if said == name) for name in names}
    return {name: Score(name, true[name], said[name], right[name], made_of[name]) for name in names}


def table(found: Sequence[Score]) -> str:
    """Return scores as text for people."""
    columns = f"{'class':<10} {'true':>5} {'said':>5} {'right':>6} {'precision':>10} {'recall':>7}"
    return "\n".join([f"{columns}   what was said to be it truly was", *map(str, found), *_NOTES])


_NOTES = (
    "“uncertain” is what nothing tells for sure, and counts in the upper bound alone: Apple’s",
    "loads, and people and machines that nothing in a request tells apart. Named one or the other,",
    "some would be wrong among those that reports call sure.",
)
