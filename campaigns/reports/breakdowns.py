"""Countries, devices, systems and programs: who read where, and with what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.reports import places
from campaigns.reports.charts import Chart, Series
from campaigns.reports.engagement import Facets, Slice

LONGEST = 8
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


@dataclass(frozen=True)
class Breakdown:
    """The bars of one facet, the longest first; short ones are summed up in the last."""

    title: str | Promise
    bars: Sequence[Bar]
    # What the bars count: people, or image loads and clicks of those only counted.
    counts_people: bool


def of(facets: Facets, facet: str, *, people: bool, minimum: int) -> Breakdown:
    """Return the bars of a facet: people, or hits of those who are only counted.

    Groups of hits smaller than `minimum` are merged, as they could be one person's.
    """
    slices = (facets.individual if people else facets.aggregate).get(facet, [])
    counted = [(_label(facet, one.value), _size(one, people=people)) for one in slices]
    floor = 1 if people else minimum
    shown = [pair for pair in counted if pair[1] >= floor][:LONGEST]
    rest = sum(size for _label, size in counted) - sum(size for _label, size in shown)
    if rest >= floor:
        shown.append((_("All others"), rest))
    total = sum(size for _label, size in shown)
    return Breakdown(
        title=TITLES[facet],
        bars=[Bar(label, size, size / total) for label, size in shown],
        counts_people=people,
    )


def world(facets: Facets, *, people: bool, minimum: int) -> Chart:
    """Draw countries on a map."""
    slices = (facets.individual if people else facets.aggregate).get("country", [])
    floor = 1 if people else minimum
    sizes = [(one.value, _size(one, people=people)) for one in slices if one.value]
    shown = [(code, size) for code, size in sizes if size >= floor]
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
}
_NAMES: dict[str, Callable[[str], str]] = {
    "country": places.name,
    "device": device,
}


def _label(facet: str, value: str) -> str:
    if not value:
        return _("Hidden by the mail service, or unknown")
    return _NAMES.get(facet, str)(value)


def _size(one: Slice, *, people: bool) -> int:
    return one.people if people else one.opens + one.clicks
