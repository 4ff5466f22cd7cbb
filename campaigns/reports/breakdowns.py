"""Countries, devices, systems and programs: who read where, and with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.reports import places, small_cells
from campaigns.reports.charts import Chart, Series
from campaigns.reports.engagement import Facets, Slice
from campaigns.reports.small_cells import Merged

LONGEST = 8
# Where the operator's database knows them, and only of people who may be known.
NEARER = ("region", "city")
DEVICES = {
    "desktop": gettext_lazy("Computer"),
    "pc": gettext_lazy("Computer"),
    "mobile": gettext_lazy("Phone"),
    "tablet": gettext_lazy("Tablet"),
    "other": gettext_lazy("Something else"),
}


@dataclass(frozen=True)
class Bar:
    """A row: what it is, how many, and their share of all rows."""

    label: str
    count: int
    share: float
    # Whether it is what is left over, or what nobody knows: it stands last.
    is_remainder: bool = False


@dataclass(frozen=True)
class Breakdown:
    """The bars of one facet, the longest first; short ones are summed up in the last."""

    title: str | Promise
    bars: Sequence[Bar]
    # What the bars count: people, or image loads and clicks of those only counted.
    counts_people: bool
    # How many those are that are too few to be told apart, where no bar is.
    merged: int = 0

    @property
    def total(self) -> int:
        """What the shares of the bars are of."""
        return sum(bar.count for bar in self.bars)


def of(facets: Facets, facet: str, *, people: bool, minimum: int) -> Breakdown:
    """Return the bars of a facet: people, or hits of those who are only counted.

    Groups of hits smaller than `minimum` are merged, as they could be one person's.
    """
    found = _merged(facets, facet, people=people, minimum=minimum)
    known = {value: size for value, size in found.shown.items() if value}
    hidden = found.shown.get("", 0)
    largest = sorted(known, key=lambda value: (-known[value], value))[:LONGEST]
    rest = found.rest + sum(size for value, size in known.items() if value not in largest)
    if not largest and not hidden:
        return Breakdown(TITLES[facet], (), counts_people=people, merged=rest)
    total = sum(found.shown.values()) + found.rest
    bars = [Bar(_label(facet, value), known[value], known[value] / total) for value in largest]
    left_over = (
        (_("All others"), rest),
        (_("Hidden by the mail service, or unknown"), hidden),
    )
    bars += [Bar(label, size, size / total, is_remainder=True) for label, size in left_over if size]
    return Breakdown(TITLES[facet], bars, counts_people=people)


def world(facets: Facets, *, people: bool, minimum: int) -> Chart:
    """Draw countries on a map."""
    found = _merged(facets, "country", people=people, minimum=minimum)
    shown = sorted(
        ((code, size) for code, size in found.shown.items() if code), key=lambda pair: -pair[1]
    )
    return Chart(
        axis=_("Country"),
        labels=[places.name(code) for code, _size in shown],
        series=[
            Series(
                _("People") if people else _("Loads and clicks"), [size for _code, size in shown]
            )
        ],
        keys=[places.number(code) for code, _size in shown],
    )


def device(value: str) -> str:
    """Return what a kind of device is called."""
    return str(DEVICES.get(value.lower(), value.capitalize()))


TITLES: dict[str, str | Promise] = {
    "country": gettext_lazy("Countries"),
    "device": gettext_lazy("Devices"),
    "client": gettext_lazy("Mail programs and browsers"),
    "os": gettext_lazy("Operating systems"),
    "language": gettext_lazy("Languages of their programs"),
    "region": gettext_lazy("Regions"),
    "city": gettext_lazy("Cities"),
}
_NAMES: dict[str, Callable[[str], str]] = {
    "country": places.name,
    "device": device,
    "language": places.language,
}


def _merged(facets: Facets, facet: str, *, people: bool, minimum: int) -> Merged[str]:
    """Return the sizes of a facet's slices: of people all, of those only counted what may be."""
    slices = _slices(facets, facet, people=people)
    sizes = {one.value: _size(one, people=people) for one in slices}
    if facet in NEARER and sizes:
        # Of whom nothing is known there is no row.
        sizes[""] = max(0, sum(_sizes(facets, "country", people=people)) - sum(sizes.values()))
    if not people and sizes:
        # All that is told to be perhaps a person's: else the sums of two tables would differ
        # by those of whom that is not sure, however few.
        sizes[""] = sizes.get("", 0) + facets.unsure
    return small_cells.merge(
        {value: n for value, n in sizes.items() if n}, 1 if people else minimum
    )


def _slices(facets: Facets, facet: str, *, people: bool) -> list[Slice]:
    return (facets.individual if people else facets.aggregate).get(facet, [])


def _sizes(facets: Facets, facet: str, *, people: bool) -> list[int]:
    return [_size(one, people=people) for one in _slices(facets, facet, people=people)]


def _label(facet: str, value: str) -> str:
    return _NAMES.get(facet, str)(value)


def _size(one: Slice, *, people: bool) -> int:
    return one.people if people else one.opens + one.clicks
