"""Who measures mails, and how their addresses and headers look. Read from `trackers.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "trackers.toml"
# Longer addresses are no pattern's concern.
_LOOKED_AT = 2_000


@dataclass(frozen=True)
class Tracker:
    """A product, and what its pictures and links look like."""

    name: str
    opens: re.Pattern[str] | None
    clicks: re.Pattern[str] | None


@dataclass(frozen=True)
class Parameter:
    """A part of a query that a product puts into addresses; it marks a person, mail or click."""

    name: str
    who: str
    marks: str


@dataclass(frozen=True)
class Known:
    """All that the file knows, and when it was looked at last."""

    date: str
    trackers: tuple[Tracker, ...]
    parameters: dict[str, Parameter]
    # {header in lower case: product}
    headers: dict[str, str]

    def of_picture(self, url: str) -> str:
        """Return who counts opens with this picture. Empty: nobody we know."""
        for tracker in self.trackers:
            if tracker.opens and tracker.opens.search(url[:_LOOKED_AT]):
                return tracker.name
        return ""

    def of_link(self, url: str) -> str:
        """Return who counts clicks with this link. Empty: nobody we know."""
        for tracker in self.trackers:
            if tracker.clicks and tracker.clicks.search(url[:_LOOKED_AT]):
                return tracker.name
        return ""


@cache
def known() -> Known:
    """Return what the file says; it is read once."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Known(
        date=found["date"],
        trackers=tuple(_tracker(one) for one in found["tracker"]),
        parameters={one["name"]: Parameter(**one) for one in found["parameter"]},
        headers={one["name"].lower(): one["who"] for one in found["header"]},
    )


def _tracker(entry: dict[str, Any]) -> Tracker:
    def pattern(name: str) -> re.Pattern[str] | None:
        return re.compile(entry[name], re.IGNORECASE) if name in entry else None

    return Tracker(entry["name"], pattern("opens"), pattern("clicks"))
