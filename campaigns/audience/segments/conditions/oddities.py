"""Conditions about addresses that a member may want to look at."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, Value
from django.db.models.fields import TextField
from django.db.models.lookups import In
from django.utils.translation import gettext_lazy as _

from campaigns.audience import suspecting
from campaigns.audience.segments.conditions.people import SUBJECT
from campaigns.audience.segments.registry import How, What, fact
from campaigns.audience.suspecting import Oddity


def _part(number: int) -> Func:
    return Func(
        F("email_key"), Value("@"), Value(number), function="split_part", output_field=TextField()
    )


def _found(oddity: Oddity) -> Any:
    match oddity:
        case Oddity.ROLE:
            part, words = _part(1), sorted(suspecting.ROLES)
        case Oddity.DISPOSABLE:
            part, words = _part(-1), sorted(suspecting.disposable())
        case Oddity.MISTYPED:
            part, words = _part(-1), sorted(suspecting.mistyped())
    return lambda _who, _values: fact(Q(In(part, words)))


WHATS = (
    What(
        "oddity",
        SUBJECT,
        _("Oddities of the address"),
        {
            "role": How(
                Oddity.ROLE.label, _found(Oddity.ROLE), _("whose address is that of a role")
            ),
            "disposable": How(
                Oddity.DISPOSABLE.label,
                _found(Oddity.DISPOSABLE),
                _("whose address is disposable"),
            ),
            "mistyped": How(
                Oddity.MISTYPED.label,
                _found(Oddity.MISTYPED),
                _("whose address looks mistyped"),
            ),
        },
    ),
)
