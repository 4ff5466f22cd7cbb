"""Questions about who has a value in a field, and taking it from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection, models

from campaigns.audience import typed_values

if TYPE_CHECKING:
    from campaigns.audience.models import Field

_STRIP = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM audience_contact
     WHERE workspace_id = %(workspace)s AND fields ? %(key)s LIMIT %(most)s
), held AS MATERIALIZED (
    SELECT contact.id FROM audience_contact AS contact JOIN chosen USING (id)
     ORDER BY contact.id FOR NO KEY UPDATE OF contact
)
UPDATE audience_contact AS contact SET fields = contact.fields - %(key)s
  FROM held WHERE contact.id = held.id
"""

_VALUES = """
SELECT id, fields->%(key)s FROM audience_contact
 WHERE workspace_id = %(workspace)s AND fields ? %(key)s AND id > %(after)s
 ORDER BY id LIMIT %(most)s
"""

# The contacts are read and turned in one transaction of the caller's.
_TURN = """
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(news)s::text[]) AS row (id, value)
), before AS MATERIALIZED (
    SELECT contact.id, contact.fields->%(key)s AS was, wanted.value::jsonb AS value
      FROM audience_contact AS contact JOIN wanted ON wanted.id = contact.id
     WHERE contact.workspace_id = %(workspace)s AND contact.fields ? %(key)s
     ORDER BY contact.id FOR UPDATE OF contact
), turned AS (
    UPDATE audience_contact AS contact
       SET fields = contact.fields || jsonb_build_object(%(key)s::text, before.value)
      FROM before WHERE contact.id = before.id
    RETURNING contact.id, before.was, before.value
)
INSERT INTO audience_change (workspace_id, contact_id, what, details, source, actor_id, at)
SELECT %(workspace)s, id, 'edited', jsonb_build_object('field:' || %(key)s,
       jsonb_build_array(was, value)), 'member', %(actor)s, now()
  FROM turned
"""

# Spelled as most people have it.
_WORDS = """
SELECT word FROM (
    SELECT DISTINCT ON (lower(word)) word, sum(n) OVER (PARTITION BY lower(word)) AS people
      FROM (SELECT btrim(fields->>%(key)s) AS word, count(*) AS n FROM audience_contact
             WHERE workspace_id = %(workspace)s AND fields ? %(key)s GROUP BY 1) AS spelled
     WHERE word <> '' AND length(word) <= 80
     ORDER BY lower(word), n DESC, word
) AS found ORDER BY people DESC, word LIMIT 200
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


def values(
    workspace_id: int, key: str, *, after: int, most: int
) -> list[tuple[int, typed_values.Value]]:
    """Return the values of the next contacts that have one, by the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            _VALUES, {"workspace": workspace_id, "key": key, "after": after, "most": most}
        )
        return [(pk, json.loads(value)) for pk, value in cursor.fetchall()]


def turn(field: Field, news: Mapping[int, str]) -> int:
    """Give contacts another value of the field, as JSON, and write down what it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TURN,
            {
                "workspace": field.workspace_id,
                "key": field.key,
                "actor": field.retyped_by_id,
                "ids": list(news),
                "news": list(news.values()),
            },
        )
        return int(cursor.rowcount)


def words(field: Field) -> list[str]:
    """Return the texts that contacts have in the field, the most frequent first, up to 200."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, {"workspace": field.workspace_id, "key": field.key})
        return [row[0] for row in cursor.fetchall()]
