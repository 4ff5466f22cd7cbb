"""What files of people left about somebody: what they were before, and lines that were left out.

Both are kept for members who look after an import, and go `tidying.REMARKS_KEPT` after its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from campaigns.audience.imports import tidying
from campaigns.audience.models import Contact, Import, ImportBefore
from campaigns.privacy.one_row import Row


def befores(contact: Contact) -> Iterable[Row]:
    """Return what the person was before an import changed it, which undoing it gives back."""
    mine = ImportBefore.objects.filter(
        of__workspace=contact.workspace_id, contact_id=contact.pk
    ).select_related("of")
    for row in mine.order_by("of__merged_at", "pk"):
        told = {"file": row.of.filename, "at": row.of.merged_at}
        yield {**told, **row.values, "deleted_on": _ends(row.of)}


def _ends(one: Import) -> date | None:
    """Return the day, in UTC as all such days are, after which nothing of it is kept."""
    return (one.finished_at + tidying.REMARKS_KEPT).date() if one.finished_at else None
