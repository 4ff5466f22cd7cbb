"""Questions about who is not mailed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

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


def with_addresses(workspace_id: int) -> Iterator[Row]:
    """Yield each suppression with its address, which is empty where no contact has it.

    The other values are reason, source, note, since when in UTC, and the fingerprint.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(_WITH_ADDRESSES, [workspace_id])
        while rows := cursor.fetchmany(2000):
            yield from rows
