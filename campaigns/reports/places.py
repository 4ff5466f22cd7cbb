"""Names of countries and languages, in the reader's own, from the Unicode CLDR data in Babel."""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

# Numbers of countries that split, merged or moved on; CLDR maps them to the same codes.
WITHDRAWN = {"230", "249", "278", "280", "720", "736", "886"}


def name(code: str) -> str:
    """Return what a country is called: "NL" is "Netherlands"; no code is "Unknown"."""
    if not code:
        return _("Unknown")
    return _names(get_language() or "en").get(code, code)


def whole(city: str, region: str, country: str) -> str:
    """Return a place as people write it: "Utrecht, Netherlands"; a region for want of a city."""
    return ", ".join(part for part in (city or region, name(country) if country else "") if part)


def names() -> dict[str, str]:
    """Return what all countries are called, by their codes."""
    return {code: name for code, name in _names(get_language() or "en").items() if len(code) == 2}


def language(code: str) -> str:
    """Return what a language is called: "nl" is "Dutch"."""
    return _languages(get_language() or "en").get(code, code)


def languages() -> dict[str, str]:
    """Return what all languages are called, by their codes."""
    return {
        code: name for code, name in _languages(get_language() or "en").items() if "_" not in code
    }


def number(code: str) -> str:
    """Return the ISO 3166 number ("528" for "NL") that the world map knows a country by."""
    return _numbers().get(code, "")


@cache
def _names(reader: str) -> dict[str, str]:
    return dict(_locale(reader).territories)


@cache
def _languages(reader: str) -> dict[str, str]:
    return dict(_locale(reader).languages)


def _locale(reader: str) -> Locale:
    try:
        return Locale.parse(to_locale(reader))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


@cache
def _numbers() -> dict[str, str]:
    aliases = get_global("territory_aliases")
    return {
        codes[0]: number
        for number, codes in aliases.items()
        if number.isdigit() and len(codes) == 1 and number not in WITHDRAWN
    }
