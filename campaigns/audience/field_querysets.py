"""Questions about who has a value in a field, and taking it from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, models

if TYPE_CHECKING:
    from campaigns.audience.models import Field

_STRIP = """
UPDATE audience_contact SET fields = fields - %(key)s
 WHERE id IN (SELECT id FROM audience_contact
               WHERE workspace_id = %(workspace)s AND fields ? %(key)s LIMIT %(most)s)
"""


class FieldQuerySet(models.QuerySet["Field"]):
    """Fields of a workspace."""

    def staying(self) -> FieldQuerySet:
        """Those that nobody has deleted."""
        return self.filter(leaving_since__isnull=True)

    def leaving(self) -> FieldQuerySet:
        """Those that are deleted, and whose values are on their way out."""
        return self.filter(leaving_since__isnull=False)


def strip(workspace_id: int, key: str, *, most: int) -> int:
    """Take the value of a field from up to `most` contacts; return from how many."""
    with connection.cursor() as cursor:
        cursor.execute(_STRIP, {"workspace": workspace_id, "key": key, "most": most})
        return int(cursor.rowcount)
