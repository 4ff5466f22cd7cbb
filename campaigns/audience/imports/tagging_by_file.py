"""Put tags on the people of a file: those of its tag column, and those of the whole import.

Part of merging, in its transaction, on its table of gathered people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience import statements

# Two spellings of one tag are one: the first that is there counts.
_MAKE = """
INSERT INTO audience_tag (workspace_id, name, created_at)
SELECT DISTINCT ON (lower(word)) %(workspace)s::bigint, word, now()
FROM (
    SELECT jsonb_array_elements_text(tags) AS word FROM gathered WHERE tags <> '[]'
    UNION ALL SELECT jsonb_array_elements_text(%(tags)s::jsonb)
) AS words
ORDER BY lower(word), word
ON CONFLICT DO NOTHING
"""

_PUT = """
INSERT INTO audience_tagging (workspace_id, tag_id, contact_id, at)
SELECT %(workspace)s, tag.id, said.contact_id, now()
FROM (
    SELECT contact_id, jsonb_array_elements_text(tags || %(tags)s::jsonb) AS word FROM gathered
) AS said
JOIN audience_tag AS tag ON tag.workspace_id = %(workspace)s AND lower(tag.name) = lower(said.word)
ORDER BY said.contact_id, tag.id
ON CONFLICT (tag_id, contact_id) DO NOTHING
"""


def tag(values: Mapping[str, Any]) -> int:
    """Make the tags that are new and put all of them on their people; return how many were put."""
    statements.run(_MAKE, values)
    return statements.run(_PUT, values)
