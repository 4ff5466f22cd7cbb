"""What all refusals of one address say together."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

# A mail that came through, or was read, begins the count of soft refusals anew. A mail that
# was sent and never came back came through.
STANDING = """
WITH mine AS (
    SELECT id, state, done_at, delivered_at, soft_bounced_at, hard_bounced_at
      FROM sending_delivery
     WHERE contact_id = %(contact)s AND address_key = %(address)s
), arrived AS (
    SELECT max(at) AS at FROM (
        SELECT delivered_at AS at FROM mine WHERE hard_bounced_at IS NULL
         UNION ALL
        SELECT done_at FROM mine
         WHERE state = 'sent' AND soft_bounced_at IS NULL AND hard_bounced_at IS NULL
         UNION ALL
        SELECT GREATEST(e.first_open_at, e.first_click_at)
          FROM tracking_engagement e JOIN mine ON mine.id = e.delivery_id) AS traces
), told AS (
    SELECT e.delivery_id, e.severity, e.at
      FROM sending_providerevent e JOIN mine ON mine.id = e.delivery_id
     WHERE e.severity IN ('soft', 'disabled')
)
SELECT EXISTS (SELECT FROM told a JOIN told b ON a.delivery_id <> b.delivery_id
                WHERE a.severity = 'disabled' AND b.severity = 'disabled'
                  AND b.at BETWEEN a.at AND a.at + interval '14 days'),
       (SELECT count(*) >= 5 AND count(DISTINCT delivery_id) >= 3
               AND max(at) - min(at) >= interval '14 days'
          FROM told
         WHERE at > COALESCE((SELECT at FROM arrived), '-infinity'))
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an address is as good as dead."""

    # Switched off twice within two weeks.
    is_disabled: bool
    # Five refusals for now, of three campaigns, over two weeks, and nothing got through.
    is_unreachable: bool


def of(contact_id: int, address_key: str) -> Standing:
    """Weigh all that was told of one person's address, within their workspace."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, {"contact": contact_id, "address": address_key})
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return Standing(bool(row[0]), bool(row[1]))
