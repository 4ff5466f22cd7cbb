"""What files of people left about somebody: what they were before, and lines that were left out.

Both are kept for members who look after an import, and go `tidying.REMARKS_KEPT` after its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from email.utils import getaddresses
from functools import reduce
from operator import or_

from campaigns.audience import addresses
from campaigns.audience.imports import columns, tidying
from campaigns.audience.models import Contact, Import, ImportBefore, ImportRemark
from campaigns.privacy import aside
from campaigns.privacy.one_row import Row

# What an import overwrites, in the order of a person's own facts.
OF_BEFORE = ("first_name", "last_name", "language", "country", "time_zone", "fields")


def befores(contact: Contact) -> Iterable[Row]:
    """Return what the person was before an import changed it, which undoing it gives back."""
    mine = ImportBefore.objects.filter(
        of__workspace=contact.workspace_id, contact_id=contact.pk
    ).select_related("of")
    for row in mine.order_by("of__merged_at", "pk"):
        told = {"file": row.of.filename, "at": row.of.merged_at}
        values = {name: row.values[name] for name in OF_BEFORE if name in row.values}
        yield {**told, **values, "deleted_on": _ends(row.of)}


def left_out(contact: Contact) -> Iterable[Row]:
    """Return the lines about the person that were not imported, or not whole, and why.

    A line is somebody's when their address, and no other, is in its column of addresses: where
    another line only names them (as a guest, a referrer) it is about somebody else, and is not
    shown. It is told whole, as all of it would be among their facts had it been imported.
    """
    mine = aside.keys(contact)
    remarks = ImportRemark.objects.filter(of__workspace=contact.workspace_id)
    found = reduce(or_, (remarks.quoting(email) for email in sorted(mine)))
    for row in found.select_related("of").order_by("of", "line"):
        if _owner(row) in mine:
            cells = {_column(row.of, at): cell for at, cell in enumerate(row.cells) if cell}
            told = {"file": row.of.filename, "line": row.line, "imported": row.imported}
            yield {**told, "reason": row.reason, "cells": cells, "deleted_on": _ends(row.of)}


def _owner(row: ImportRemark) -> str | None:
    """Return the key of the one address that the line is of; None where there is none, or more."""
    # By number, as text; what an archive brings may be any text.
    uses = [row.of.mapping.get(str(at)) for at in range(len(row.cells))]
    if columns.EMAIL not in uses:
        return None
    found = getaddresses([row.cells[uses.index(columns.EMAIL)]])
    return addresses.key(found[0][1]) if len(found) == 1 else None


def _column(one: Import, at: int) -> str:
    return one.names[at] if at < len(one.names) and one.names[at] else str(at + 1)


def _ends(one: Import) -> date | None:
    """Return the day, in UTC as all such days are, after which nothing of it is kept."""
    return (one.finished_at + tidying.REMARKS_KEPT).date() if one.finished_at else None
