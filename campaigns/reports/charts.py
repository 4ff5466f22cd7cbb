"""Charts as data: what `static/js/charts.js` draws and the table behind it says.

A chart is plain values, so that one template can write it twice: as JSON for the eye,
as a table for screen readers, for paper, and for when scripts do not run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Series:
    """One line or one set of bars: a value for each label."""

    name: str
    values: Sequence[int | float | None]
    # Bars with the same word here stand on each other.
    stack: str = ""


@dataclass(frozen=True)
class Chart:
    """Labels along an axis, and a value of each series at each of them."""

    # What the labels are ("Hour (Europe/Amsterdam)"): the first column's head.
    axis: str
    labels: Sequence[str]
    series: Sequence[Series]
    # Shown after each value ("%"), counts have none.
    unit: str = ""
    # Where a label leads, or what a map calls it: one for each label, or none at all.
    keys: Sequence[str] = field(default_factory=tuple)
    # What stands at the axis where there is no room for the labels: one for each, or none.
    short: Sequence[str] = field(default_factory=tuple)

    @property
    def rows(self) -> list[tuple[str, list[int | float | None]]]:
        """A label and its values, in the order of `series`."""
        return [
            (label, [series.values[place] for series in self.series])
            for place, label in enumerate(self.labels)
        ]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for series in self.series for value in series.values)

    @property
    def spec(self) -> dict[str, Any]:
        """The chart as JSON values."""
        return {
            "axis": self.axis,
            "labels": list(self.labels),
            "series": [
                {"name": series.name, "values": list(series.values), "stack": series.stack}
                for series in self.series
            ],
            "unit": self.unit,
            "keys": list(self.keys),
            "short": list(self.short),
        }
