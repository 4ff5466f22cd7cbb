"""Turn the cells of a row into a person, or say why that cannot be done.

Runs once per row of files with millions of them: what can be decided once per file is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import NamedTuple

from django.utils.translation import gettext as _

from campaigns.audience import addresses, columns, formulas, vocabulary

MAX_NAME = 120
MAX_FIELD = 1000
# What PostgreSQL cannot keep, or no screen can show.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Person(NamedTuple):
    """A row that can be imported, in the order in which it is staged."""

    line: int
    email: str
    email_key: str
    fingerprint: bytes
    first_name: str
    last_name: str
    language: str
    country: str
    time_zone: str
    fields: str
    # What the row says about being measured: "granted", "refused" or nothing.
    said: str


class RejectedError(Exception):
    """The row is no person we can mail; the message says why."""


class Checker:
    """Checks the rows of one file; `remarks` says what the last row lost."""

    def __init__(self, workspace_id: int, mapping: Mapping[int, str], width: int) -> None:
        self.remarks: list[str] = []
        self._width = width
        self._fingerprint = addresses.fingerprinter(workspace_id)
        at = {target: number for number, target in mapping.items() if target}
        # Past the width there is one more cell, which is always empty: for what no column says.
        self._email = at.get(columns.EMAIL, width)
        self._first_name = at.get("first_name", width)
        self._last_name = at.get("last_name", width)
        self._language = at.get("language", width)
        self._country = at.get("country", width)
        self._time_zone = at.get("time_zone", width)
        self._measuring = at.get(columns.MEASURING, width)
        self._fields = [
            (encode_basestring(target.removeprefix(columns.FIELD)), number)
            for number, target in mapping.items()
            if target.startswith(columns.FIELD)
        ]

    def check(self, line: int, cells: Sequence[str]) -> Person:
        """Return the person of a row. Raises `RejectedError`."""
        if self.remarks:
            self.remarks = []
        row = self._whole(cells)
        try:
            email = addresses.check(row[self._email])
        except addresses.AddressError as error:
            raise RejectedError(str(error)) from error
        email_key = email.lower()
        return Person(
            line,
            email,
            email_key,
            self._fingerprint(email_key),
            self._name(row[self._first_name]),
            self._name(row[self._last_name]),
            self._word(row[self._language], "language", _language),
            self._word(row[self._country], "country", _country),
            self._word(row[self._time_zone], "time_zone", _time_zone),
            self._further(row),
            self._agreement(row[self._measuring]),
        )

    def _whole(self, cells: Sequence[str]) -> list[str]:
        """Return as many cells as there are columns, and the empty one."""
        missing = self._width - len(cells)
        if missing < 0 and any(cell.strip() for cell in cells[self._width :]):
            raise RejectedError(
                _("The line has %(found)d cells, but there are only %(columns)d columns.")
                % {"found": len(cells), "columns": self._width}
            )
        return [*cells[: self._width], *[""] * (missing + 1)]

    def _name(self, cell: str) -> str:
        text = cell.strip()
        if not text.isprintable():
            text = " ".join(text.split())
        return self._clean(text, MAX_NAME)

    def _clean(self, text: str, most: int) -> str:
        if not text.isprintable():
            text = _CONTROL.sub("", text).strip()
        if text[:1] == "'":
            text = formulas.restore(text)
        if len(text) > most:
            self.remarks.append(
                _("“%(start)s…” was cut to %(most)d characters.")
                % {"start": text[:20], "most": most}
            )
            text = text[:most].rstrip()
        return text

    def _word(self, cell: str, target: str, understand: Callable[[str], str | None]) -> str:
        text = cell.strip()
        if not text:
            return ""
        found = understand(text[:100])
        if found is None:
            self.remarks.append(_NOT_UNDERSTOOD[target]() % {"text": _CONTROL.sub("", text[:40])})
        return found or ""

    def _further(self, row: Sequence[str]) -> str:
        # An encoder of the whole would be made anew for each row.
        found = [
            f"{key}: {encode_basestring(self._clean(text, MAX_FIELD))}"
            for key, number in self._fields
            if (text := row[number].strip())
        ]
        return f"{{{', '.join(found)}}}"

    def _agreement(self, cell: str) -> str:
        text = cell.strip()
        if not text:
            return ""
        agreed = vocabulary.agreement(text[:20])
        if agreed is None:
            self.remarks.append(
                _("“%(text)s” is neither yes nor no: measuring was left as not asked.")
                % {"text": _CONTROL.sub("", text[:40])}
            )
            return ""
        return "granted" if agreed else "refused"


_NOT_UNDERSTOOD: Mapping[str, Callable[[], str]] = {
    "language": lambda: _("“%(text)s” is no language we know: left out."),
    "country": lambda: _("“%(text)s” is no country we know: left out."),
    "time_zone": lambda: _("“%(text)s” is no time zone we know: left out."),
}
_language = functools.lru_cache(maxsize=4096)(vocabulary.language)
_country = functools.lru_cache(maxsize=4096)(vocabulary.country)
_time_zone = functools.lru_cache(maxsize=4096)(vocabulary.time_zone)
