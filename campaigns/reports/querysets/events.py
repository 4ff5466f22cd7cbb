"""Opens and clicks of one contact, for timelines: kept for a while only."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection


class ContactEvent(NamedTuple):
    """A hit of one contact, and the campaign it belongs to."""

    campaign_id: int
    at: datetime
    kind: str
    verdict: str
    reason: str
    url: str | None
    country: str
    region: str
    city: str
    device: str
    os: str
    client: str
    language: str


OF_CONTACT = """
SELECT v.campaign_id, v.at, v.kind, v.verdict, v.reason, l.url, v.country,
       v.region, v.city, v.device, v.os, v.client, v.language
  FROM tracking_event v
  LEFT JOIN tracking_link l ON l.campaign_id = v.campaign_id AND l.number = v.number
 WHERE v.contact_id = %s AND v.workspace_id = %s AND v.mode = 'individual'
 ORDER BY v.at DESC LIMIT %s
"""


def of_contact(contact_id: int, workspace_id: int, limit: int) -> list[ContactEvent]:
    """Return a contact's hits, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(OF_CONTACT, (contact_id, workspace_id, limit))
        return [ContactEvent(*row) for row in cursor.fetchall()]
