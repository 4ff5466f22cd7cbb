"""Questions about tags, and who has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, models
from django.db.models import Count

if TYPE_CHECKING:
    from campaigns.audience.models import Tag, Tagging


class TagQuerySet(models.QuerySet["Tag"]):
    """Tags and how many have them."""

    def with_counts(self) -> TagQuerySet:
        """Add `people`: how many contacts have the tag."""
        return self.annotate(people=Count("taggings"))


class TaggingQuerySet(models.QuerySet["Tagging"]):
    """Who has which tag."""

    def hand_over(self, tag_id: int, into_id: int) -> int:
        """Give everybody with one tag another too; return how many did not have it."""
        with connection.cursor() as cursor:
            cursor.execute(_HAND_OVER, {"tag": tag_id, "into": into_id})
            return int(cursor.rowcount)


_HAND_OVER = """
INSERT INTO audience_tagging (workspace_id, tag_id, contact_id, at)
SELECT old.workspace_id, target.id, old.contact_id, old.at
  FROM audience_tagging AS old
  JOIN audience_tag AS target ON target.id = %(into)s AND target.workspace_id = old.workspace_id
 WHERE old.tag_id = %(tag)s ORDER BY old.contact_id
ON CONFLICT (tag_id, contact_id) DO NOTHING
"""
