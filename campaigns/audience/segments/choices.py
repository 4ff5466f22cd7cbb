"""What may be chosen for a value of a condition, with its label."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Mapping
from typing import Any

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from campaigns.audience.segments import registry
from campaigns.audience.segments.parameters import Parameter


def labels(parameter: Parameter) -> Mapping[str, Any]:
    """Return the words that may be chosen, and what they are called."""
    match parameter.thing:
        case "country":
            return _countries(get_language() or "en")
        case "language":
            return _languages(get_language() or "en")
        case "zone":
            return _zones()
    return dict(parameter.choices)


def of(workspace_id: int, parameter: Parameter) -> list[tuple[str, Any]]:
    """Return what may be chosen: the value as forms send it, and its label."""
    if parameter.thing in registry.things():
        found = registry.things()[parameter.thing].options(workspace_id)
        return [(str(pk), name) for pk, name in found]
    return list(labels(parameter).items())


def name_of(thing: str, pk: int, known: registry.Names) -> str:
    """Return what a thing is called, or that it is gone."""
    return known.things[thing].get(pk) or _("(deleted)")


@functools.cache
def _countries(language: str) -> dict[str, str]:
    names = Locale.parse(language.replace("-", "_")).territories
    found = {code: str(name) for code, name in names.items() if _is_country(str(code))}
    return dict(sorted(found.items(), key=lambda one: one[1]))


@functools.cache
def _languages(language: str) -> dict[str, str]:
    names = Locale.parse(language.replace("-", "_")).languages
    found = {code: str(name) for code, name in names.items() if len(str(code)) == 2}
    return dict(sorted(found.items(), key=lambda one: one[1]))


@functools.cache
def _zones() -> dict[str, str]:
    return {name: name for name in sorted(zoneinfo.available_timezones())}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}
