"""Days that come around each year: of a field, of joining, of the confirmation by mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from campaigns.audience.segments.conditions import texts
from campaigns.audience.segments.parameters import Kind, Parameter
from campaigns.audience.segments.registry import Asking, How, Values, fact

AHEAD = Parameter("days", Kind.WHOLE, _("Days"), least=0, most=366)
# Who has their day on one of these, written as in "12-31".
Around = Callable[[Asking, Values, Sequence[str]], Q]


def anniversary(
    around: Around, name: Any, parameters: tuple[Parameter, ...] = ()
) -> dict[str, How]:
    """Return the way to ask whose day, called `name` in sentences, comes around."""

    def answer(who: Asking, values: Values) -> Any:
        return fact(around(who, values, _coming(who, values["days"])))

    words = texts.said(name, _("comes around today or in the next %(days)s days"))
    label = _("comes around in the next … days")
    return {"anniversary": How(label, answer, words, (*parameters, AHEAD))}


def of_moment(who: Asking, column: str, days: Sequence[str]) -> Q:
    """Return whose moment in `column` was on one of the days by the workspace's clock.

    On the day itself there is no anniversary yet.
    """
    local = Func(Value(who.zone.key), F(column), function="timezone")
    day = Func(local, Value("MM-DD"), function="to_char", output_field=TextField())
    return Q(**{f"{column}__lt": who.start_of(who.today)}) & Q(In(day, list(days)))


def _coming(who: Asking, days: int) -> list[str]:
    coming = {who.today + timedelta(days=n) for n in range(days + 1)}
    wanted = {day.strftime("%m-%d") for day in coming}
    # What was on a leap day comes around a day earlier in other years.
    wanted |= {"02-29" for day in coming if (day + timedelta(days=1)).strftime("%m-%d") == "03-01"}
    return sorted(wanted)
