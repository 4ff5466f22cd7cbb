"""Keep with people who agreed what their reading tells: when they were last seen, and where."""

from __future__ import annotations

from django.db import connection

_LAST_SEEN = """
WITH seen AS MATERIALIZED (
        SELECT contact_id, (max(last_at) AT TIME ZONE 'UTC')::date AS day
          FROM tracking_engagement
         WHERE latest_at >= statement_timestamp() - make_interval(days => %s)
           AND last_at IS NOT NULL
         GROUP BY contact_id
), held AS MATERIALIZED (
    SELECT contact.id, seen.day FROM audience_contact AS contact
      JOIN seen ON seen.contact_id = contact.id
     WHERE 'granted' IN (measuring, measuring_clicks)
       AND (last_seen_on IS NULL OR last_seen_on < seen.day)
     ORDER BY contact.id FOR NO KEY UPDATE OF contact
)
UPDATE audience_contact AS contact SET last_seen_on = held.day
  FROM held WHERE contact.id = held.id
"""


def keep_last_seen(*, days: int) -> int:
    """Move on when people who agreed were last seen, by what they did in `days`."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SEEN, [days])
        return int(cursor.rowcount)


# Reads what tracking keeps: its events know nothing of consent, the contact does.
_LEARN_TIME_ZONES = """
WITH seen AS MATERIALIZED (
        SELECT DISTINCT ON (contact_id) contact_id, time_zone
          FROM tracking_event
         WHERE kind = 'click' AND verdict = 'human' AND mode = 'individual' AND time_zone <> ''
           AND at >= statement_timestamp() - make_interval(days => %s)
         ORDER BY contact_id, at DESC
), held AS MATERIALIZED (
    SELECT contact.id, seen.time_zone FROM audience_contact AS contact
      JOIN seen ON seen.contact_id = contact.id
     WHERE COALESCE(NULLIF(contact.measuring_clicks, ''), contact.measuring) = 'granted'
       AND contact.learned_zone <> seen.time_zone
     ORDER BY contact.id FOR NO KEY UPDATE OF contact
)
UPDATE audience_contact AS contact SET learned_zone = held.time_zone
  FROM held WHERE contact.id = held.id
"""


def learn_time_zones(*, days: int) -> int:
    """Keep the zone of the latest click of people who agreed; return of how many it is new."""
    with connection.cursor() as cursor:
        cursor.execute(_LEARN_TIME_ZONES, [days])
        return int(cursor.rowcount)
