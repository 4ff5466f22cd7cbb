"""Stop many addresses and domains at once, from what a member pasted or uploaded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO

from django.utils.translation import gettext as _

from campaigns.audience import addresses, suppression
from campaigns.audience.imports import reading, spreadsheets
from campaigns.audience.models import Suppression

MOST_PASTED = 10_000
MOST_IN_FILE = 1_000_000
# So many that were not understood are shown again.
SHOWN = 5
_APART = re.compile(r"[\s,;|<>\"']+")
_BATCH = 5000


class StoppingError(Exception):
    """What was given cannot be read; the message says why, and what to do."""


@dataclass
class Entries:
    """What was found in a text or a file."""

    # As `addresses.key` writes them.
    keys: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)

    def take(self, word: str) -> None:
        """Add one word."""
        try:
            if (domain := as_domain(word)) is not None:
                self.domains.add(domain)
            else:
                self.keys.add(addresses.key(addresses.check(word)))
        except addresses.AddressError:
            self.unknown.append(word[:80])

    @property
    def some_unknown(self) -> str:
        """The first that were not understood, to be shown."""
        return ", ".join(self.unknown[:SHOWN])


def as_domain(word: str) -> str | None:
    """Return the domain that `example.com`, `@example.com` or `*.example.com` is; else None.

    Raises `AddressError` for `@` with something that is no domain.
    """
    bare = word.strip().removeprefix("*.").removeprefix("@").removeprefix("*.").strip(".")
    if "@" in bare:
        return None
    # The rules of addresses say what a domain is.
    return addresses.key(addresses.check(f"a@{bare}")).rpartition("@")[2]


def read_text(text: str) -> Entries:
    """Find the addresses and domains of a pasted text. Raises `StoppingError`."""
    words = [word for word in _APART.split(text) if word]
    if len(words) > MOST_PASTED:
        raise StoppingError(
            _("That is more than %(most)s at once. Upload them as a file.") % {"most": MOST_PASTED}
        )
    return _entries(words)


def read_file(file: BinaryIO) -> Entries:
    """Find one address or domain in each row of a CSV or Excel file. Raises `StoppingError`."""
    try:
        table = spreadsheets.as_csv(file) if spreadsheets.is_spreadsheet(file) else file
        return _entries(_words(table))
    except (reading.ReadingError, spreadsheets.SpreadsheetError) as error:
        raise StoppingError(str(error)) from error


def stop(workspace_id: int, entries: Entries, *, source: str, note: str = "") -> int:
    """Stop all mail to them; return how many were not stopped before."""
    fingerprint = addresses.fingerprinter(workspace_id)
    new = suppression.suppress_domains(workspace_id, entries.domains, note)
    keys = sorted(entries.keys)
    for start in range(0, len(keys), _BATCH):
        prints = [fingerprint(key) for key in keys[start : start + _BATCH]]
        reason = Suppression.Reason.MANUAL
        new += suppression.suppress(workspace_id, prints, reason, source=source, note=note)
    return new


def _entries(words: Iterable[str]) -> Entries:
    found = Entries()
    for number, word in enumerate(words, 1):
        if number > MOST_IN_FILE:
            raise StoppingError(_("The file has more than a million rows. Split it."))
        found.take(word)
    return found


def _words(table: BinaryIO) -> Iterator[str]:
    found = reading.find_shape(table)
    # A file of domains has no @-sign to tell its first row from a header.
    shape = reading.Shape(found.encoding, found.delimiter, has_header=False)
    words = (_word(row.cells) for row in reading.rows(table, shape))
    first = next(words, "")
    return chain([first] if "." in first else [], words)


def _word(cells: Sequence[str]) -> str:
    filled = [cell.strip() for cell in cells if cell.strip()]
    return next((cell for cell in filled if "@" in cell), filled[0])
