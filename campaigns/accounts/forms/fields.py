"""Form fields that are safe to put into a mail's headers, and a choice of time zones."""

import functools
import unicodedata
import zoneinfo
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

# Control characters and line ends would begin a new header; direction overrides disguise text.
_UNSAFE_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})
_DIRECTION_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_single_line(value: str) -> bool:
    """Whether text is one plain line."""
    return not (
        any(unicodedata.category(c) in _UNSAFE_CATEGORIES for c in value)
        or _DIRECTION_OVERRIDES.intersection(value)
    )


def single_line(value: str) -> None:
    """Refuse text that is not one plain line."""
    if not is_single_line(value):
        raise ValidationError(_("Write this on one line, without control characters."))


class LineField(forms.CharField):
    """One line of text."""

    default_validators = [single_line]


class AddressField(forms.CharField):
    """An e-mail address that any server takes, in its ASCII form."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            checked = validate_email(text, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise ValidationError(
                _("“%(address)s” is not an e-mail address we can use: %(why)s")
                % {"address": text, "why": error}
            ) from error
        return checked.ascii_email or checked.normalized


# Finding them walks through a folder of files, which would cost a page a tenth of its time.
@functools.cache
def time_zones() -> list[tuple[str, Any]]:
    """All time zones that name a place, grouped by continent, and UTC."""
    places = sorted(name for name in zoneinfo.available_timezones() if _is_place(name))
    groups = groupby(places, key=lambda name: name.partition("/")[0])
    return [("UTC", "UTC")] + [
        (continent, [(name, _city(name)) for name in names]) for continent, names in groups
    ]


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))


def _city(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
