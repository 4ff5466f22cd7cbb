"""Write figures for people: counts with separators, shares as per cent, places by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from babel.numbers import format_decimal, format_percent
from django import template
from django.utils.translation import get_language, to_locale

from campaigns.audience import addresses
from campaigns.reports import breakdowns, places, reasons, verdicts
from campaigns.reports.charts import Chart, Series
from campaigns.reports.figures import Bounds
from campaigns.reports.verdicts import Verdict

register = template.Library()

# What stands where there is no figure: nobody to be a share of.
NOTHING = "–"


@register.filter
def count(value: int | None) -> str:
    """1310 is "1,310"."""
    return NOTHING if value is None else str(format_decimal(value, locale=_locale()))


@register.filter
def signed(value: int) -> str:
    """12 is "+12", and -12 is "−12"."""
    return count(value) if value == 0 else ("+" if value > 0 else "−") + count(abs(value))


@register.filter
def beside(cells: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
    """The cells of a row, each with the name of its column."""
    return list(zip(names, cells, strict=True))


@register.filter
def absolute(value: int) -> int:
    """-12 is 12."""
    return abs(value)


@register.filter
def figure(value: float | None, unit: str = "") -> str:
    """A value of a chart, with its unit."""
    return NOTHING if value is None else str(format_decimal(value, locale=_locale())) + unit


@register.filter
def percent(share: float | None) -> str:
    """0.3142 is "31.4%"."""
    return NOTHING if share is None else format_percent(share, "0.0%", locale=_locale())


@register.filter
def fine_percent(share: float | None) -> str:
    """0.00372 is "0.37%": for shares that are small and matter all the same."""
    return NOTHING if share is None else format_percent(share, "0.00%", locale=_locale())


@register.filter
def whole_percent(share: float | None) -> str:
    """0.3142 is "31%"; what is not nothing is never rounded to nothing."""
    if share is None:
        return NOTHING
    pattern = "0.0%" if 0 < share < 0.01 or 0.99 < share < 1 else "0%"
    return format_percent(share, pattern, locale=_locale())


@register.filter
def css_percent(share: float | None) -> str:
    """A share as style sheets want it, whatever the reader's language."""
    return f"{100 * (share or 0):.2f}%"


@register.filter
def share_of(part: int, whole: int) -> float | None:
    """The share that a part is of a whole, never more than all of it."""
    return min(1.0, part / whole) if whole else None


@register.filter
def between(bounds: Bounds) -> str:
    """Bounds as "31–52%", or one figure where nobody is uncertain."""
    return percent_to(bounds.low.share, bounds.high.share)


@register.filter
def percent_to(share: float | None, most: float | None) -> str:
    """0.31 and 0.52 are "31–52%"; what is the same when rounded is one figure."""
    low, high = whole_percent(share), whole_percent(most)
    if low == high:
        return percent(share)
    return f"{low.removesuffix('%')}–{high}"


@register.filter
def at_most(bounds: Bounds) -> str:
    """The people of bounds as "407–690", or one number."""
    low, high = count(bounds.sure), count(bounds.most)
    return low if low == high else f"{low}–{high}"


@register.filter
def country(code: str) -> str:
    """NL is "Netherlands"."""
    return places.name(code)


@register.filter
def device(value: str) -> str:
    """A kind of device, in words."""
    return breakdowns.device(value)


@register.filter
def readable(address: str) -> str:
    """An address with an international domain in its own letters."""
    return addresses.readable(address)


@register.filter
def verdict(name: str) -> Verdict:
    """A class of hits, with what to call it."""
    return verdicts.of(name)


@register.filter
def reason(name: str) -> str:
    """Why a hit was taken for what it was, in words."""
    return reasons.words(name)


@register.filter
def as_chart(data: Chart | Mapping[str, Any]) -> Chart:
    """Take a chart, or the same as a mapping from a view that does not know charts."""
    if isinstance(data, Chart):
        return data
    return Chart(
        axis=data.get("axis", ""),
        labels=data.get("labels", ()),
        series=[
            Series(row["name"], row["values"], row.get("stack", ""))
            for row in data.get("series", ())
        ],
        unit=data.get("unit", ""),
        keys=data.get("keys", ()),
    )


def _locale() -> str:
    return to_locale(get_language() or "en")
