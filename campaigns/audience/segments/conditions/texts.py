"""Ways to ask about words, days and numbers, whatever they are about.

Each takes a function that gives the `Q` of a lookup, so that a column and a value within a
JSON column are asked alike. Every `Q` must be true or false of everybody, never null.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Answer, Asking, How, Values, fact

# The `Q` of a lookup such as "icontains" with its value.
Look = Callable[[Values, str, Any], Q]
# The `Q` of "from this day on", and "before this day"; None leaves that end open.
Between = Callable[[Asking, Values, date | None, date | None], Q]

TEXT = (Parameter("value", Kind.TEXT, _("Text")),)
DAY = (Parameter("day", Kind.DAY, _("Day")),)
DAYS = (Parameter("days", Kind.WHOLE, _("Days"), most=3660),)
SPAN = (Parameter("first", Kind.DAY, _("First day")), Parameter("last", Kind.DAY, _("Last day")))


def text(look: Look, filled: Callable[[Values], Q], name: Any) -> dict[str, How]:
    """Return the ways to ask about a text that is called `name` in sentences."""

    def how(label: Any, lookup: str, words: Any, *, no: bool = False) -> How:
        def answer(_who: Asking, values: Values) -> Answer:
            found = look(values, lookup, values["value"])
            return fact(~found if no else found)

        return How(label, answer, said(name, words), TEXT)

    return {
        "is": how(_("is"), "iexact", _("is “%(value)s”")),
        "is_not": how(_("is not"), "iexact", _("is not “%(value)s”"), no=True),
        "contains": how(_("contains"), "icontains", _("contains “%(value)s”")),
        "contains_not": how(
            _("does not contain"), "icontains", _("does not contain “%(value)s”"), no=True
        ),
        "starts": how(_("begins with"), "istartswith", _("begins with “%(value)s”")),
        "ends": how(_("ends with"), "iendswith", _("ends with “%(value)s”")),
    } | known(filled, name)


def known(filled: Callable[[Values], Q], name: Any) -> dict[str, How]:
    """Return the ways to ask whether there is a value at all."""
    return {
        "known": How(
            _("is known"),
            lambda _who, values: fact(filled(values)),
            said(name, _("is known")),
        ),
        "unknown": How(
            _("is not known"),
            lambda _who, values: fact(~filled(values)),
            said(name, _("is not known")),
        ),
    }


def days(between: Between, name: Any) -> dict[str, How]:
    """Return the ways to ask about a day in the past, by the workspace's clock."""

    def how(
        label: Any,
        words: Any,
        parameters: tuple[Parameter, ...],
        ends: Callable[[Asking, Values], tuple[date | None, date | None]],
    ) -> How:
        def answer(who: Asking, values: Values) -> Answer:
            return fact(between(who, values, *ends(who, values)))

        return How(label, answer, said(name, words), parameters)

    def read(values: Values, key: str) -> date:
        return date.fromisoformat(values[key])

    one = timedelta(days=1)
    return {
        "in_last": how(
            _("in the last … days"),
            _("in the last %(days)s days"),
            DAYS,
            lambda who, values: (who.days_ago(values["days"]), None),
        ),
        "before_last": how(
            _("more than … days ago"),
            _("more than %(days)s days ago"),
            DAYS,
            lambda who, values: (None, who.days_ago(values["days"])),
        ),
        "before": how(
            _("before"), _("before %(day)s"), DAY, lambda _who, values: (None, read(values, "day"))
        ),
        "from": how(
            _("on or after"),
            _("on or after %(day)s"),
            DAY,
            lambda _who, values: (read(values, "day"), None),
        ),
        "on": how(
            _("on"),
            _("on %(day)s"),
            DAY,
            lambda _who, values: (read(values, "day"), read(values, "day") + one),
        ),
        "between": how(
            _("from … to …"),
            _("from %(first)s to %(last)s"),
            SPAN,
            lambda _who, values: (read(values, "first"), read(values, "last") + one),
        ),
    }


def moments(column: str) -> Between:
    """Return `Between` for a column with a moment in it."""

    def between(who: Asking, _values: Values, first: date | None, end: date | None) -> Q:
        found = Q()
        if first is not None:
            found &= Q(**{f"{column}__gte": who.start_of(first)})
        if end is not None:
            found &= Q(**{f"{column}__lt": who.start_of(end)})
        return found

    return between


def calendar_days(column: str) -> Between:
    """Return `Between` for a column with a date in it."""

    def between(_who: Asking, _values: Values, first: date | None, end: date | None) -> Q:
        # With nothing known there is no such day: two open ends are never asked for.
        found = Q(**{f"{column}__isnull": False})
        if first is not None:
            found &= Q(**{f"{column}__gte": first})
        if end is not None:
            found &= Q(**{f"{column}__lt": end})
        return found

    return between


def column(name: str) -> Look:
    """Return `Look` for a column."""
    return lambda _values, lookup, value: Q(**{f"{name}__{lookup}": value})


def said(name: Any, words: Any) -> Any:
    """Return the sentence of which `name` is the subject: "the country" and "is %(values)s"."""
    return format_lazy("{} {}", name, words)
