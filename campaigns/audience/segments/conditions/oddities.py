"""Conditions about addresses that a member may want to look at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.audience import suspecting
from campaigns.audience.segments.conditions.people import SUBJECT
from campaigns.audience.segments.registry import How, What, fact
from campaigns.audience.suspecting import Oddity


def _found(oddity: Oddity) -> Any:
    return lambda _who, _values: fact(suspecting.condition(oddity))


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
