"""Opens and clicks one by one, of people who may be measured: kept for a while only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from campaigns.accounts.keyset import Key, Order
from campaigns.audience import addresses
from campaigns.reports.querysets import copying


class HitRow(NamedTuple):
    """One open or click, what it was taken for, and why."""

    id: int
    at: datetime
    kind: str
    verdict: str
    reason: str
    number: int | None
    url: str | None
    contact_id: int | None
    address: str | None
    country: str
    region: str
    city: str
    device: str
    os: str
    client: str
    language: str


FIELDS = """v.id, v.at, v.kind, v.verdict, v.reason, v.number, l.url, d.contact_id, d.address,
       v.country, v.region, v.city, v.device, v.os, v.client, v.language"""
TABLES = """
    tracking_event v
    LEFT JOIN tracking_link l ON l.campaign_id = v.campaign_id AND l.number = v.number
    LEFT JOIN sending_delivery d ON d.id = v.delivery_id AND d.campaign_id = v.campaign_id
"""
WINDOW = (
    "SELECT {fields} FROM {tables} WHERE {where} AND {beyond} ORDER BY {order} LIMIT %(length)s"
)
COUNT = "SELECT count(*) FROM (SELECT FROM {tables} WHERE {where} LIMIT %(most)s) n"
# A file's cells, in the order of its header.
CELLS = (
    copying.moment("v.at"),
    copying.offset("v.at"),
    copying.word("v.kind", "kinds"),
    copying.safe("l.url"),
    copying.word("v.verdict", "verdicts"),
    copying.word("v.reason", "reasons"),
    copying.address("d.address", "d.domain"),
    copying.word("v.mode", "modes"),
    copying.word("v.country", "countries"),
    copying.safe("v.region"),
    copying.safe("v.city"),
    copying.word("v.device", "devices"),
    copying.safe("v.os"),
    copying.safe("v.client"),
    copying.word("v.language", "languages"),
)
STREAM = "SELECT {fields} FROM {tables} WHERE {where} ORDER BY {order}"


@dataclass(frozen=True)
class Question:
    """Which hits of a campaign; the latest first."""

    campaign_id: int
    workspace_id: int
    kind: str = ""
    verdict: str = ""
    link: int | None = None
    text: str = ""
    falls: bool = True

    def where(self) -> tuple[str, dict[str, Any]]:
        """Return the condition, and the values in it."""
        parts = [
            "v.campaign_id = %(campaign)s AND v.workspace_id = %(workspace)s",
            # Nothing is told one by one of who is only counted.
            "v.mode = 'individual'",
        ]
        values: dict[str, Any] = {"campaign": self.campaign_id, "workspace": self.workspace_id}
        for column in ("kind", "verdict"):
            if getattr(self, column):
                parts.append(f"v.{column} = %({column})s")
                values[column] = getattr(self, column)
        if self.link is not None:
            parts.append("v.number = %(link)s")
            values["link"] = self.link
        if self.text:
            parts.append("strpos(d.address_key, %(text)s) > 0")
            values["text"] = addresses.key(self.text)
        return " AND ".join(parts), values

    @property
    def order(self) -> Order:
        return Order("v.at", "timestamptz", "v.id", falls=self.falls, is_whole=True)


def window(question: Question, key: Key | None, length: int) -> list[HitRow]:
    """Return up to `length` hits beyond `key`, nearest first."""
    where, values = question.where()
    beyond, key_values = question.order.beyond(key)
    sql = WINDOW.format(
        fields=FIELDS, tables=TABLES, where=where, beyond=beyond, order=question.order.by(key)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values | key_values | {"length": length})
        return [HitRow(*row) for row in cursor.fetchall()]


def count(question: Question, most: int) -> int:
    """Count the hits that are asked for, up to `most`."""
    where, values = question.where()
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(tables=TABLES, where=where), values | {"most": most})
        return int(cursor.fetchone()[0])


def stream(question: Question, words: Mapping[str, str], header: Sequence[str]) -> Iterator[bytes]:
    """Yield a file of all hits that are asked for; `words` are those of `CELLS`."""
    where, values = question.where()
    sql = STREAM.format(
        fields=", ".join(CELLS), tables=TABLES, where=where, order=question.order.by(None)
    )
    return copying.stream(sql, {**values, **words}, header)
