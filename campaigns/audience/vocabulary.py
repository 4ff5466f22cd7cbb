"""Understand what people write in cells: countries, languages, time zones, yes and no.

Names are known in English, Dutch, German, French and Spanish.
"""

import functools
import zoneinfo
from collections.abc import Mapping
from typing import Any

from babel import Locale, localedata


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The languages in which names are known.
_LOCALES = ("es", "fr", "de", "nl", "en")  # The last one wins where names clash.
_YES = _words("yes y true t 1 x on ok agreed granted ja j waar wel oui o vrai si sí wahr akkoord")
_NO = _words("no n false f 0 off refused withdrawn nee neen nein niet non faux falsch")
# Codes that people write and ISO 3166 does not know as such.
_OTHER_COUNTRIES = {
    "usa": "US",
    "u.s": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "holland": "NL",
}


def country(text: str) -> str | None:
    """Return the ISO 3166 code of a country, or None when it is not understood."""
    return _countries().get(text.casefold().strip(" ."))


def language(text: str) -> str | None:
    """Return the language as `nl` or `nl-be`, or None when it is not understood."""
    name = text.casefold().replace("_", "-")
    known = _languages()
    if name in known:
        return known[name]
    code, dash, region = name.partition("-")
    if dash and len(code) <= 3 and code in known and region.isalnum() and len(region) <= 4:
        return f"{known[code]}-{region}"
    return None


def time_zone(text: str) -> str | None:
    """Return the IANA name of a time zone, or None when it is not understood."""
    return _time_zones().get(text.casefold().replace(" ", "_"))


def agreement(text: str) -> bool | None:
    """Return whether the cell says yes, or None when it says neither yes nor no."""
    word = text.casefold().strip(" .!")
    if word in _YES:
        return True
    return False if word in _NO else None


@functools.cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for locale in _LOCALES:
        names = _names(Locale(locale).territories)
        found |= {name.casefold(): code for code, name in names.items() if _is_country(code)}
    codes = set(found.values())
    return found | {code.casefold(): code for code in codes} | _OTHER_COUNTRIES


def _is_country(code: str) -> bool:
    # Babel's territories include continents ("150") and a few codes that are no place.
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}


@functools.cache
def _languages() -> dict[str, str]:
    found: dict[str, str] = {}
    for locale in _LOCALES:
        names = _names(Locale(locale).languages)
        found |= {name.casefold(): code for code, name in names.items() if len(code) == 2}
    codes = [code for code in _names(Locale("en").languages) if len(code) in {2, 3}]
    for code in codes:
        # Its name in itself: “Nederlands”.
        if len(code) == 2 and localedata.exists(code):
            found.setdefault((Locale(code).get_language_name(code) or code).casefold(), code)
    return found | {code: code for code in codes}


def _names(of_locale: Mapping[Any, Any]) -> dict[str, str]:
    return {str(code): str(name) for code, name in of_locale.items()}


@functools.cache
def _time_zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones())}
