"""Recipients of a campaign with what each did: deliveries beside tracking's engagement.

Tracking knows no deliveries, and keeps no foreign keys, so the join is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from campaigns.audience import addresses

ROWS_AT_ONCE = 2000


class RecipientRow(NamedTuple):
    """A delivery, the person behind it, and what they did; nothing done is None."""

    id: int
    contact_id: int | None
    address: str
    first_name: str | None
    last_name: str | None
    state: str
    mode: str
    # About clicks; empty: as `mode`.
    click_mode: str
    done_at: datetime | None
    attempt: int
    code: int | None
    enhanced_code: str
    reason: str
    hard_bounced_at: datetime | None
    complained_at: datetime | None
    unsubscribed_at: datetime | None
    opens: int | None
    opens_uncertain: int | None
    opens_machine: int | None
    clicks: int | None
    clicks_uncertain: int | None
    clicks_machine: int | None
    first_open_at: datetime | None
    first_click_at: datetime | None
    last_at: datetime | None
    country: str | None
    device: str | None
    client: str | None


FIELDS = """
    d.id, d.contact_id, d.address, c.first_name, c.last_name, d.state, d.mode,
    d.click_mode, d.done_at,
    d.attempt, d.code, d.enhanced_code, d.reason,
    d.hard_bounced_at, d.complained_at, u.unsubscribed_at,
    e.opens_sure, e.opens_uncertain, e.opens_machine,
    e.clicks_sure, e.clicks_uncertain, e.clicks_machine,
    e.first_open_at, e.first_click_at, e.last_at, e.country, e.device, e.client
"""
TABLES = """
    sending_delivery d
    LEFT JOIN audience_contact c ON c.id = d.contact_id
    LEFT JOIN tracking_engagement e ON e.campaign_id = d.campaign_id AND e.delivery_id = d.id
    LEFT JOIN (
        SELECT delivery_id, min(at) AS unsubscribed_at FROM audience_unsubscription
         WHERE campaign_id = %(campaign)s AND undone_at IS NULL GROUP BY delivery_id
    ) u ON u.delivery_id = d.id
"""
# What was done with older mails is not kept of everybody.
MEASURED = (
    "d.state = 'sent' AND d.mode = 'individual' AND d.hard_bounced_at IS NULL"
    " AND d.done_at > statement_timestamp() - %(kept)s::interval"
)
# A click tells of no open where opens are not to be known.
_TELLS = "(e.clicks_only IS NOT TRUE)::int"
OPENED = f"coalesce(e.opens_sure, 0) + coalesce(e.clicks_sure, 0) * {_TELLS} > 0"
PERHAPS = f"coalesce(e.opens_uncertain, 0) + coalesce(e.clicks_uncertain, 0) * {_TELLS} > 0"

# What may be asked for, and what it means of a delivery.
SHOWN = {
    "sent": "d.state = 'sent'",
    "opened": OPENED,
    "perhaps": f"NOT ({OPENED}) AND {PERHAPS}",
    "clicked": "e.clicks_sure > 0",
    # Nobody who may not be measured is called somebody who did not open.
    "not_opened": f"{MEASURED} AND NOT ({OPENED}) AND NOT ({PERHAPS})",
    "not_measured": (
        "d.state = 'sent' AND d.mode <> 'individual' AND d.click_mode <> 'individual'"
    ),
    "bounced": "d.hard_bounced_at IS NOT NULL",
    "failed": "d.state IN ('failed', 'expired', 'unknown')",
    "not_sent": "d.state IN ('suppressed', 'cancelled')",
    "waiting": "d.state IN ('pending', 'claimed', 'sending')",
    "unsubscribed": "u.unsubscribed_at IS NOT NULL",
    "complained": "d.complained_at IS NOT NULL",
}
SORTED = {
    "address": "d.address_key",
    "name": "nullif(lower(concat_ws(' ', nullif(c.last_name, ''), nullif(c.first_name, ''))), '')",
    "state": "d.state",
    "first_open": "e.first_open_at",
    "opens": "e.opens_sure",
    "clicks": "e.clicks_sure",
    "last": "e.last_at",
    "country": "nullif(e.country, '')",
    "device": "nullif(e.device, '')",
}


@dataclass(frozen=True)
class Question:
    """Which recipients of a campaign, in which order."""

    campaign_id: int
    workspace_id: int
    show: str = ""
    text: str = ""
    sort: str = "-last"

    def where(self) -> tuple[str, dict[str, Any]]:
        """Return the condition, and the values in it."""
        parts = ["d.campaign_id = %(campaign)s", "d.workspace_id = %(workspace)s"]
        kept = timedelta(days=settings.EVENT_RETENTION_DAYS)
        values: dict[str, Any] = {
            "campaign": self.campaign_id,
            "workspace": self.workspace_id,
            "kept": kept,
        }
        if self.show in SHOWN:
            parts.append(f"({SHOWN[self.show]})")
        for place, word in enumerate(self.text.split()[:5]):
            name = f"word{place}"
            values[name] = f"%{_literally(word)}%"
            values[f"{name}_key"] = f"%{_literally(addresses.key(word))}%"
            # Keys are in lower case already, which makes looking at them cheap.
            parts.append(
                f"(d.address_key LIKE %({name}_key)s OR c.first_name ILIKE %({name})s"
                f" OR c.last_name ILIKE %({name})s)"
            )
        return " AND ".join(parts), values

    @property
    def place(self) -> str:
        """Return what recipients are sorted by."""
        return SORTED.get(self.sort.removeprefix("-"), SORTED["last"])

    @property
    def direction(self) -> str:
        """Return which way; people who did nothing come last in both."""
        return ("DESC" if self.sort.startswith("-") else "ASC") + " NULLS LAST"


class Window(NamedTuple):
    """Some of the recipients that were asked for, and how many there are in all."""

    rows: list[RecipientRow]
    total: int


# Found, counted and sorted as narrow rows; only those of the page become wide ones.
WINDOW = """
WITH found AS MATERIALIZED (SELECT d.id, {place} AS place FROM {tables} WHERE {where}),
     page AS (SELECT id, place FROM found ORDER BY place {direction}, id
               LIMIT %(length)s OFFSET %(start)s)
SELECT (SELECT count(*) FROM found), {fields}
  FROM {tables} JOIN page ON page.id = d.id
 ORDER BY page.place {direction}, d.id
"""
COUNT = "SELECT count(*) FROM {tables} WHERE {where}"
STREAM = "SELECT {fields} FROM {tables} WHERE {where} ORDER BY {place} {direction}, d.id"


def window(question: Question, *, start: int, length: int) -> Window:
    """Return `length` recipients from place `start` on, and how many there are in all."""
    where, values = question.where()
    values |= {"length": length, "start": start}
    with connection.cursor() as cursor:
        cursor.execute(_written(WINDOW, question, where), values)
        rows = cursor.fetchall()
        if rows:
            return Window([RecipientRow(*row[1:]) for row in rows], rows[0][0])
        cursor.execute(_written(COUNT, question, where), values)
        return Window([], cursor.fetchone()[0])


def stream(question: Question) -> Iterator[RecipientRow]:
    """Yield all recipients that are asked for, through a cursor on the server."""
    where, values = question.where()
    with connection.chunked_cursor() as cursor:
        cursor.execute(_written(STREAM, question, where), values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from map(RecipientRow._make, rows)


def _written(sql: str, question: Question, where: str) -> str:
    """Return SQL made of this module's constants; whatever people typed is a parameter."""
    return sql.format(
        tables=TABLES,
        fields=FIELDS,
        where=where,
        place=question.place,
        direction=question.direction,
    )


def _literally(word: str) -> str:
    """Return a word in which no letter is a wildcard."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
