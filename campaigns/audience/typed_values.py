"""Values of a workspace's own fields: read what people and files write, and write it back.

What is stored in `Contact.fields` is plain JSON: text and choices as strings, numbers as
numbers, dates as "2026-11-26", yes and no as true and false. Who has no value has no key.
Pure: knows the kinds by name, and nothing of the database.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from babel import Locale
from django.utils.translation import gettext as _

from campaigns.audience import vocabulary

Value = str | int | float | bool

MAX_TEXT = 1000
# A float keeps so many digits exactly. What has more is a code or a telephone number.
MAX_DIGITS = 15

# What groups digits for readers: spaces of all kinds, apostrophes.
_GROUPING = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?|[+-]?[.,]\d+", re.ASCII)
_GROUPED_BY_COMMA = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_GROUPED_BY_DOT = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?", re.ASCII)
_DOUBTFUL_COMMA = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:.*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_DAY_FIRST_IN_WORDS = re.compile(
    r"(\d{1,2})(?:\.|st|nd|rd|th|er)? (?:de )?([^\W\d]+)\.?,? (?:de )?(\d{4})"
)
_MONTH_FIRST_IN_WORDS = re.compile(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
# The languages in which months are known, as `vocabulary` knows countries.
_LOCALES = ("es", "fr", "de", "nl", "en")


class TypedValueError(Exception):
    """The text is no value of the field's kind; the message says what to write instead."""


def parse(
    kind: str, text: str, choices: Sequence[str] = (), *, day_first: bool | None = None
) -> Value | None:
    """Return the value that `text` means for a field of this kind, None when it is empty.

    `day_first` says how to read 03/04/2026; without it, such a date is refused. Raises
    `TypedValueError` with a sentence for the person who wrote it.
    """
    trimmed = text.strip()
    if not trimmed:
        return None
    match kind:
        case "number":
            return _number(trimmed)
        case "date":
            return _date(trimmed, day_first)
        case "yes_no":
            return _yes_no(trimmed)
        case "choice":
            return _choice(trimmed, choices)
        case _:
            return _text(trimmed)


def written(value: object) -> str:
    """Return a stored value as text that `parse` understands, for forms and files."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        # Never 1e-07, which nobody writes.
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def fits(kind: str, value: object, choices: Sequence[str] = ()) -> bool:
    """Whether a stored value is one of this kind; what was kept before it had one may not be."""
    match kind:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_iso(value)
        case "yes_no":
            return isinstance(value, bool)
        case "choice":
            return isinstance(value, str) and value in choices
        case _:
            return isinstance(value, str)


def _text(text: str) -> str:
    if "\0" in text:
        raise TypedValueError(_("The text has a character that cannot be kept. Type it anew."))
    if len(text) > MAX_TEXT:
        raise TypedValueError(
            _("The text has %(length)d characters; at most %(most)d are kept.")
            % {"length": len(text), "most": MAX_TEXT}
        )
    return text


def _number(text: str) -> int | float:
    plain = _GROUPING.sub("", text.replace("\u2212", "-"))
    if _DOUBTFUL_COMMA.fullmatch(plain):
        whole, rest = plain.split(",")
        raise TypedValueError(
            _("“%(text)s” can be read in two ways. Write %(whole)s or %(part)s.")
            % {"text": text, "whole": whole + rest, "part": f"{whole}.{rest}"}
        )
    if not _PLAIN.fullmatch(plain):
        if _GROUPED_BY_COMMA.fullmatch(plain):
            plain = plain.replace(",", "")
        elif _GROUPED_BY_DOT.fullmatch(plain):
            plain = plain.replace(".", "")
        else:
            raise TypedValueError(
                _("“%(text)s” is no number. Write it like 1234.5.") % {"text": _short(text)}
            )
    plain = plain.replace(",", ".")
    if sum(letter.isdigit() for letter in plain.lstrip("+-0.")) > MAX_DIGITS:
        raise TypedValueError(
            _("“%(text)s” has more than %(most)d digits. Keep codes in a field for text.")
            % {"text": _short(text), "most": MAX_DIGITS}
        )
    found = float(plain)
    return int(found) if found.is_integer() else found


def _date(text: str, day_first: bool | None) -> str:
    for read in (_iso_date, functools.partial(_numbered, day_first=day_first), _in_words):
        found = read(text)
        if found is None:
            continue
        try:
            return date(*found).isoformat()
        except ValueError as error:
            raise TypedValueError(
                _("“%(text)s” is no day of the calendar.") % {"text": text}
            ) from error
    raise TypedValueError(
        _("“%(text)s” is no date. Write it like 2026-11-26.") % {"text": _short(text)}
    )


def _iso_date(text: str) -> tuple[int, int, int] | None:
    found = _ISO_DATE.fullmatch(text) or _YEAR_FIRST.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def _numbered(text: str, *, day_first: bool | None) -> tuple[int, int, int] | None:
    """Read 26-11-2026: with dots and dashes the day comes first, with slashes it depends."""
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    one, other, year = int(found[1]), int(found[3]), int(found[4])
    if one > 12 or other > 12 or one == other:
        return (year, one, other) if other > 12 else (year, other, one)
    if day_first is None and found[2] == "/":
        raise TypedValueError(
            _("“%(text)s” can be read in two ways. Write %(one)s or %(other)s.")
            % {
                "text": text,
                "one": f"{year:04}-{other:02}-{one:02}",
                "other": f"{year:04}-{one:02}-{other:02}",
            }
        )
    return (year, one, other) if day_first is False else (year, other, one)


def _in_words(text: str) -> tuple[int, int, int] | None:
    """Read “26 November 2026” and “Nov 26, 2026”, in the languages that vocabulary knows."""
    if found := _DAY_FIRST_IN_WORDS.fullmatch(text):
        day, name, year = found[1], found[2], found[3]
    elif found := _MONTH_FIRST_IN_WORDS.fullmatch(text):
        name, day, year = found[1], found[2], found[3]
    else:
        return None
    month = _months().get(name.casefold())
    return (int(year), month, int(day)) if month else None


def _yes_no(text: str) -> bool:
    found = vocabulary.agreement(text)
    if found is None:
        raise TypedValueError(_("“%(text)s” is neither yes nor no.") % {"text": _short(text)})
    return found


def _choice(text: str, choices: Sequence[str]) -> str:
    wanted = text.casefold()
    for choice in choices:
        if choice.casefold() == wanted:
            return choice
    raise TypedValueError(
        _("“%(text)s” is not one of the choices: %(choices)s.")
        % {"text": _short(text), "choices": ", ".join(choices[:10]) + ("…" if choices[10:] else "")}
    )


def _is_iso(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


@functools.cache
def _months() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name in _LOCALES:
        locale = Locale(name)
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                months = locale.months[context][width]
                found |= {words.casefold().strip("."): number for number, words in months.items()}
    return found
