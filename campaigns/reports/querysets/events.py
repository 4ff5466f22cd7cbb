"""Opens and clicks one by one, for exports and timelines: kept for a while only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection

ROWS_AT_ONCE = 2000


class EventRow(NamedTuple):
    """A hit. Who made it is known in individual mode only."""

    at: datetime
    kind: str
    mode: str
    verdict: str
    reason: str
    url: str | None
    address: str | None
    country: str
    device: str
    os: str
    client: str


class ContactEvent(NamedTuple):
    """A hit of one contact, and the campaign it belongs to."""

    campaign_id: int
    at: datetime
    kind: str
    verdict: str
    reason: str
    url: str | None
    country: str
    device: str
    client: str


# What is kept of people who are only counted says nothing finer than the hour.
EVENTS = """
SELECT CASE WHEN v.mode = 'individual' THEN v.at ELSE date_trunc('hour', v.at) END AS shown_at,
       v.kind, v.mode, v.verdict, v.reason, l.url, d.address, v.country, v.device, v.os, v.client
  FROM tracking_event v
  LEFT JOIN tracking_link l ON l.campaign_id = v.campaign_id AND l.number = v.number
  LEFT JOIN sending_delivery d ON d.id = v.delivery_id AND d.campaign_id = v.campaign_id
 WHERE v.campaign_id = %s AND v.workspace_id = %s AND (v.mode = 'individual' OR %s)
 ORDER BY shown_at, v.id
"""

OF_CONTACT = """
SELECT v.campaign_id, v.at, v.kind, v.verdict, v.reason, l.url, v.country, v.device, v.client
  FROM tracking_event v
  LEFT JOIN tracking_link l ON l.campaign_id = v.campaign_id AND l.number = v.number
 WHERE v.contact_id = %s AND v.workspace_id = %s AND v.mode = 'individual'
 ORDER BY v.at DESC LIMIT %s
"""


def stream(campaign_id: int, workspace_id: int, *, with_totals: bool) -> Iterator[EventRow]:
    """Yield a campaign's hits in order, through a cursor on the server.

    Without `with_totals`, those of people who are only counted are left out.
    """
    with connection.chunked_cursor() as cursor:
        cursor.execute(EVENTS, (campaign_id, workspace_id, with_totals))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from map(EventRow._make, rows)


def of_contact(contact_id: int, workspace_id: int, limit: int) -> list[ContactEvent]:
    """Return a contact's hits, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(OF_CONTACT, (contact_id, workspace_id, limit))
        return [ContactEvent(*row) for row in cursor.fetchall()]
