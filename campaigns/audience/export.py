"""Write people as CSV: streamed, safe in spreadsheet programs, and importable again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.utils.translation import gettext as _

from campaigns.audience import consent, formulas, typed_values
from campaigns.audience import fields as own
from campaigns.audience.models import Contact, Import, List, Subscription
from campaigns.audience.querysets import ContactQuerySet

# Excel takes a file without this mark for the local code page.
MARK = "\ufeff"
ROWS_PER_CHUNK = 1000


def contacts_of(one: List) -> Iterator[bytes]:
    """Yield the CSV file of everybody who is or was on the list."""
    fields = own.of(one.workspace_id)
    header = [
        _("E-mail address"),
        _("First name"),
        _("Last name"),
        _("Language"),
        _("Country"),
        _("Time zone"),
        _("Status"),
        _("Since (UTC)"),
        _("Measuring"),
        *(field.label for field in fields),
    ]
    rows = one.subscriptions.select_related("contact").order_by("contact_id")
    keys = [field.key for field in fields]
    return _csv(header, (_person(row, keys) for row in rows.iterator(chunk_size=2000)))


def people(workspace_id: int, contacts: ContactQuerySet) -> Iterator[bytes]:
    """Yield the CSV file of contacts of the workspace."""
    fields = own.of(workspace_id)
    header = [
        _("E-mail address"),
        _("First name"),
        _("Last name"),
        _("Language"),
        _("Country"),
        _("Time zone"),
        _("Measuring"),
        *(field.label for field in fields),
    ]
    keys = [field.key for field in fields]
    rows = contacts.order_by("pk").iterator(chunk_size=2000)
    return _csv(header, ([*_facts(row), *_own(row, keys)] for row in rows))


def remarks_of(one: Import) -> Iterator[bytes]:
    """Yield the CSV file of lines that were not imported whole: their cells, and why."""
    header = [_("Line"), _("Imported"), _("Reason"), *one.names]
    rows = one.remarks.order_by("line", "pk").iterator(chunk_size=2000)
    return _csv(
        header,
        (
            [str(row.line), _("in part") if row.imported else _("no"), row.reason, *row.cells]
            for row in rows
        ),
    )


def _person(row: Subscription, keys: Sequence[str]) -> list[str]:
    contact = row.contact
    known = _facts(contact)
    since = row.unsubscribed_at or row.subscribed_at
    return [
        *known[:-1],
        row.get_status_display(),
        since.strftime("%Y-%m-%d %H:%M:%S"),
        known[-1],
        *_own(contact, keys),
    ]


def _facts(contact: Contact) -> list[str]:
    return [
        contact.email,
        contact.first_name,
        contact.last_name,
        contact.language,
        contact.country,
        contact.time_zone,
        str(consent.least(contact).label),
    ]


def _own(contact: Contact, keys: Sequence[str]) -> list[str]:
    return [typed_values.written(contact.fields.get(key)) for key in keys]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield (MARK + writer.writerow([formulas.guard(name) for name in header])).encode()
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_PER_CHUNK)):
        lines = (writer.writerow([formulas.guard(cell) for cell in row]) for row in chunk)
        yield "".join(lines).encode()


class _Line:
    """A file for `csv.writer` whose lines come back as the answer of `writerow`."""

    def write(self, line: str) -> str:
        return line
