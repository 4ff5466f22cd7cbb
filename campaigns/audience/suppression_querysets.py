"""Questions about who is not mailed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db import connection

from campaigns.audience import statements

# In one order, so that two who stop the same addresses wait for each other once.
_ADD = """
INSERT INTO audience_suppression (
    workspace_id, fingerprint, reason, source, note, campaign_id, at
)
SELECT %(workspace)s, found.one, %(reason)s, %(source)s, %(note)s, %(campaign)s, now()
  FROM unnest(%(fingerprints)s::bytea[]) AS found (one) ORDER BY found.one
ON CONFLICT (workspace_id, fingerprint, reason) DO NOTHING
"""
_WITH_ADDRESSES = """
SELECT COALESCE(contact.email, ''), suppression.reason, suppression.source, suppression.note,
       suppression.at AT TIME ZONE 'UTC', encode(suppression.fingerprint, 'hex')
  FROM audience_suppression AS suppression
  LEFT JOIN audience_contact AS contact
    ON contact.workspace_id = suppression.workspace_id
   AND contact.fingerprint = suppression.fingerprint
 WHERE suppression.workspace_id = %s
 ORDER BY suppression.id
"""
Row = tuple[str, str, str, str, datetime, str]


def add(fingerprints: Iterable[bytes | memoryview], values: Mapping[str, object]) -> int:
    """Stop mail to the addresses for one reason, and return for how many it is new."""
    prints = [bytes(one) for one in fingerprints]
    return statements.run(_ADD, {**values, "fingerprints": prints})


def with_addresses(workspace_id: int) -> Iterator[Row]:
    """Yield each reason of each address, which is empty where no contact has it.

    The other values are reason, source, note, since when in UTC, and the fingerprint.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(_WITH_ADDRESSES, [workspace_id])
        while rows := cursor.fetchmany(2000):
            yield from rows
