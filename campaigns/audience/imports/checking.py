"""Turn the cells of a row into a person, or say why that cannot be done.

Runs once per row of files with millions of them: what can be decided once per file is.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from campaigns.audience import addresses, formulas, suspecting, vocabulary
from campaigns.audience.imports import columns, further, standing

MAX_NAME = 120
MAX_FIELD = 1000
MAX_PROOF = 300
MAX_TAG = 80
MAX_TAGS = 50
# What PostgreSQL cannot keep, or no screen can show.
_SEPARATED = re.compile(r"[,;|]")
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
    # Whether they want mail, as `standing` tells it; tags as a JSON list.
    standing: str
    tags: str
    proof: str


class RejectedError(Exception):
    """The row is no person we can mail; the message says why."""


def both_of(name: str) -> tuple[str, str]:
    """Return the first and the last name that stand in one cell.

    The first word is the first name, as most people write; “da Silva, Maria” is the other way
    round. Nobody can tell for all names of the world: whoever knows better has two columns.
    """
    last, comma, first = name.partition(",")
    if not comma:
        first, _blank, last = name.partition(" ")
    return first.strip(), last.strip()


class Checker:
    """Checks the rows of one file; `remarks` says what the last row lost."""

    def __init__(
        self,
        workspace_id: int,
        mapping: Mapping[int, str],
        width: int,
        kinds: Mapping[str, further.Kind] | None = None,
    ) -> None:
        self.remarks: list[str] = []
        self.width = width
        self.fingerprint = addresses.fingerprinter(workspace_id)
        self.mistyped = suspecting.mistyped()
        self.at = at = {target: number for number, target in mapping.items() if target}
        # Past the width there is one more cell, which is always empty: for what no column says.
        self._email = at.get(columns.EMAIL, width)
        self._first_name = at.get("first_name", width)
        self._last_name = at.get("last_name", width)
        self._full_name = at.get(columns.FULL_NAME, width)
        self._language = at.get("language", width)
        self._country = at.get("country", width)
        self._time_zone = at.get("time_zone", width)
        self._measuring = at.get(columns.MEASURING, width)
        self._standing = at.get(columns.STANDING, width)
        self._opted_out = at.get(columns.OPTED_OUT, width)
        self._tags = at.get(columns.TAGS, width)
        self._proof = at.get(columns.PROOF, width)
        self.further = further.Further(
            mapping,
            kinds or {},
            clean=functools.partial(self._clean, most=MAX_FIELD),
            remark=self._note,
        )

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
        if email_key.rpartition("@")[2] in self.mistyped:
            self.remarks.append(
                _("Looks mistyped: was %(address)s meant? Imported as it is written.")
                % {"address": suspecting.better(email)}
            )
        return Person(
            line,
            email,
            email_key,
            self.fingerprint(email_key),
            *self._names(row),
            self.word(row[self._language], "language"),
            self.word(row[self._country], "country"),
            self.word(row[self._time_zone], "time_zone"),
            self.further.encode(row),
            self.agreement(row[self._measuring]),
            self.wants(row[self._standing], row[self._opted_out]),
            self.tagged(row[self._tags]),
            self._clean(row[self._proof].strip(), MAX_PROOF),
        )

    def _whole(self, cells: Sequence[str]) -> list[str]:
        """Return as many cells as there are columns, and the empty one."""
        missing = self.width - len(cells)
        if missing < 0 and any(cell.strip() for cell in cells[self.width :]):
            raise RejectedError(
                _("The line has %(found)d cells, but there are only %(columns)d columns.")
                % {"found": len(cells), "columns": self.width}
            )
        return [*cells[: self.width], *[""] * (missing + 1)]

    def _names(self, row: Sequence[str]) -> tuple[str, str]:
        """Return the first and the last name; a column of its own counts before one of both."""
        first, last = both_of(self._name(row[self._full_name]))
        if "first_name" in self.at:
            first = self._name(row[self._first_name])
        if "last_name" in self.at:
            last = self._name(row[self._last_name])
        return first, last

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

    def word(self, cell: str, target: str) -> str:
        """Return the code of a language, a country or a time zone."""
        text = cell.strip()
        if not text:
            return ""
        found = _UNDERSTAND[target](text[:100])
        if found is None:
            self.remarks.append(_NOT_UNDERSTOOD[target]() % {"text": _CONTROL.sub("", text[:40])})
        return found or ""

    def _note(self, remark: str) -> None:
        self.remarks.append(remark)

    def wants(self, said: str, opted_out: str) -> str:
        """Return whether they want mail, by the two columns that may say so."""
        try:
            found = standing.read(said.strip())
            return found or standing.read_opted_out(opted_out.strip())
        except standing.StandingError as error:
            raise RejectedError(str(error)) from error

    def tagged(self, cell: str) -> str:
        """Return the tags of a cell as a JSON list."""
        if not cell:
            return "[]"
        # MailChimp puts each tag into quotation marks of its own.
        words = (self._name(part.strip().strip('"')) for part in _SEPARATED.split(cell))
        tags = dict.fromkeys(word[:MAX_TAG].strip() for word in words if word)
        if len(tags) > MAX_TAGS:
            self.remarks.append(_("Only the first %(most)d tags were kept.") % {"most": MAX_TAGS})
        return json.dumps(list(tags)[:MAX_TAGS], ensure_ascii=False)

    def agreement(self, cell: str) -> str:
        """Return what a cell says about being measured."""
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
_UNDERSTAND: Mapping[str, Callable[[str], str | None]] = {
    "language": functools.lru_cache(maxsize=4096)(vocabulary.language),
    "country": functools.lru_cache(maxsize=4096)(vocabulary.country),
    "time_zone": functools.lru_cache(maxsize=4096)(vocabulary.time_zone),
}
