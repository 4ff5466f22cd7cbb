"""How lists changed, by day of their workspace's time zone: counted from rows, read from days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.accounts.models import Workspace
    from campaigns.audience.models import List
    from campaigns.composing.models import Campaign
    from campaigns.reports.models import DayCounting

# A count that was taken and never finished: its process is gone.
LEASE = timedelta(minutes=15)


class DayCountingQuerySet(models.QuerySet["DayCounting"]):
    """Whose days are to be counted."""

    def due(self) -> DayCountingQuerySet:
        """Those whose time has come, by the database's clock."""
        return self.filter(next_at__lte=Now())

    def take(self) -> bool:
        """Take the one that is due, and say whether this call was the one that did."""
        return self.due().update(next_at=Now() + LEASE) == 1


class ChangeRow(NamedTuple):
    """What happened to a list on a day."""

    list_id: int
    day: date
    joined: int
    left_button: int
    left_page: int
    left_member: int
    bounced: int
    complained: int
    stopped: int


class PeriodRow(NamedTuple):
    """What happened in a day, a week or a month, and how it ended."""

    start: date
    joined: int
    left_button: int
    left_page: int
    left_member: int
    bounced: int
    complained: int
    stopped: int


# An address that must not be mailed takes its person off every list, though the
# subscription stays as it was. The first reason took them, whatever came after it.
CHANGES = """
SELECT list_id, day, sum(joined), sum(button), sum(page), sum(member),
       sum(bounced), sum(complained), sum(stopped)
  FROM (
    SELECT list_id, (subscribed_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS joined,
           0 AS button, 0 AS page, 0 AS member, 0 AS bounced, 0 AS complained, 0 AS stopped
      FROM audience_subscription
     WHERE workspace_id = %(workspace)s AND subscribed_at >= %(since)s
     GROUP BY 1, 2
    UNION ALL
    SELECT list_id, (at AT TIME ZONE %(zone)s)::date, 0,
           count(*) FILTER (WHERE source = 'one_click'), count(*) FILTER (WHERE source = 'page'),
           count(*) FILTER (WHERE source = 'member'), 0, 0, 0
      FROM audience_unsubscription
     WHERE workspace_id = %(workspace)s AND at >= %(since)s
       AND undone_at IS NULL AND list_id IS NOT NULL
     GROUP BY 1, 2
    UNION ALL
    SELECT s.list_id, (x.at AT TIME ZONE %(zone)s)::date, 0, 0, 0, 0,
           count(*) FILTER (WHERE x.reason IN ('hard_bounce', 'soft_bounces')),
           count(*) FILTER (WHERE x.reason = 'complaint'),
           count(*) FILTER (WHERE x.reason = 'manual')
      FROM audience_suppression x
      JOIN audience_contact c ON c.workspace_id = x.workspace_id AND c.fingerprint = x.fingerprint
      JOIN audience_subscription s ON s.contact_id = c.id AND s.status = 'subscribed'
     WHERE x.workspace_id = %(workspace)s AND x.at >= %(since)s
       AND x.reason IN ('hard_bounce', 'soft_bounces', 'complaint', 'manual')
       AND NOT EXISTS (SELECT FROM audience_suppression y
                        WHERE y.workspace_id = x.workspace_id AND y.fingerprint = x.fingerprint
                          AND y.id < x.id)
     GROUP BY 1, 2
  ) changes
 GROUP BY 1, 2
"""
MAILABLE = """
  FROM audience_subscription s
  JOIN audience_contact c ON c.id = s.contact_id
  LEFT JOIN audience_suppression x
    ON x.workspace_id = s.workspace_id AND x.fingerprint = c.fingerprint
 WHERE s.workspace_id = %(workspace)s AND s.status = 'subscribed' AND x.id IS NULL
   AND NOT EXISTS (SELECT FROM audience_suppresseddomain n
                    WHERE n.workspace_id = s.workspace_id
                      AND n.domain = ANY(audience_domains(c.email_key)))
"""
SIZES = f"SELECT s.list_id, count(*) {MAILABLE} GROUP BY 1"
ACTIVITY_NOW = f"""
SELECT s.list_id, count(*), count(*) FILTER (WHERE c.id IN (
           SELECT contact_id FROM tracking_engagement
            WHERE workspace_id = %(workspace)s AND last_at >= %(seen_since)s
       ))
{MAILABLE} AND c.measuring = ANY(%(measured)s)
 GROUP BY 1
"""  # noqa: S608 - made of this module's constants.
# Sums of periods; `date_trunc` begins weeks on Monday.
PERIODS = """
SELECT date_trunc(%(by)s, day)::date, sum(joined), sum(left_button), sum(left_page),
       sum(left_member), sum(bounced), sum(complained), sum(stopped)
  FROM reports_listday
 WHERE workspace_id = %(workspace)s AND (%(list)s::bigint IS NULL OR list_id = %(list)s)
   AND day >= %(since)s
 GROUP BY 1 ORDER BY 1
"""
# The last size that is known of each list at each period's end.
ENDS = """
SELECT ends.day, coalesce(sum(last.size), 0)
  FROM unnest(%(ends)s::date[]) AS ends(day)
  JOIN audience_list l
    ON l.workspace_id = %(workspace)s AND (%(list)s::bigint IS NULL OR l.id = %(list)s)
  LEFT JOIN LATERAL (
      SELECT size FROM reports_listday d
       WHERE d.list_id = l.id AND d.day <= ends.day ORDER BY d.day DESC LIMIT 1
  ) last ON true
 GROUP BY 1 ORDER BY 1
"""
ACTIVITY = """
SELECT day, sum(measurable), sum(active)
  FROM reports_listday
 WHERE workspace_id = %(workspace)s AND (%(list)s::bigint IS NULL OR list_id = %(list)s)
   AND day >= %(since)s AND active IS NOT NULL
 GROUP BY 1 ORDER BY 1
"""


def changes(workspace_id: int, since: datetime, zone: str) -> list[ChangeRow]:
    """Count what happened to the workspace's lists since a moment, by list and day."""
    values = {"workspace": workspace_id, "since": since, "zone": zone}
    return [ChangeRow(*row) for row in _rows(CHANGES, values)]


def sizes(workspace_id: int) -> dict[int, int]:
    """Count who is on each list now and may be mailed; a list of nobody is no key."""
    return dict(_rows(SIZES, {"workspace": workspace_id}))


def activity_now(
    workspace_id: int, measured: Collection[str], since: datetime
) -> dict[int, tuple[int, int]]:
    """Count by list who may be measured, and who of those was seen since a moment.

    `measured` is what people have to have said; to be seen is to open or to click.
    """
    values = {"workspace": workspace_id, "measured": list(measured), "seen_since": since}
    return {row[0]: (row[1], row[2]) for row in _rows(ACTIVITY_NOW, values)}


def periods(workspace_id: int, list_id: int | None, since: date, by: str) -> list[PeriodRow]:
    """Return what happened by "day", "week" or "month", to one list or to all of them."""
    values = {"workspace": workspace_id, "list": list_id, "since": since, "by": by}
    return [PeriodRow(*row) for row in _rows(PERIODS, values)]


def sizes_at(workspace_id: int, list_id: int | None, ends: Collection[date]) -> dict[date, int]:
    """Return how large the list was, or all of them together, at the end of days."""
    values = {"workspace": workspace_id, "list": list_id, "ends": list(ends)}
    return {day: int(size) for day, size in _rows(ENDS, values)}


def activity(workspace_id: int, list_id: int | None, since: date) -> list[tuple[date, int, int]]:
    """Return by day who might be measured and who of those had been seen; only counted days."""
    values = {"workspace": workspace_id, "list": list_id, "since": since}
    return [(day, int(of), int(seen)) for day, of, seen in _rows(ACTIVITY, values)]


def mailings(workspace: Workspace, one: List | None, since: date) -> models.QuerySet[Campaign]:
    """Return the campaigns that went out since a day, to the list or to any, in order."""
    start = datetime.combine(since, time.min, tzinfo=workspace.zone)
    gone_out = workspace.campaigns.filter(launched_at__gte=start)
    found = gone_out.filter(lists=one) if one else gone_out
    return found.prefetch_related("lists").order_by("launched_at", "pk")


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
