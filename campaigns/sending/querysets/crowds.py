"""Crowds of people by what they were sent and did; see `audience.segments.crowds`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from campaigns.audience.segments.crowds import among
from tracking.bits import NOBODY

DEEDS, MAILS = "tracking_deedbits", "sending_mailbits"
_OF_TABLE = "SELECT block, {} AS people FROM {} WHERE campaign_id = ANY(%s) GROUP BY 1"
BOUNDS = "SELECT min(block), max(block) FROM {} WHERE campaign_id = ANY(%s)"
_WITHOUT_DEEDS = f"""
SELECT m.block, {{}} & ~COALESCE(bit_or(e.{{}}), {NOBODY}) AS people
  FROM sending_mailbits m LEFT JOIN tracking_deedbits e USING (campaign_id, block)
 WHERE m.campaign_id = ANY(%s) GROUP BY 1
"""  # noqa: S608 - constants of this module
# A row's later first: what its index has, and has only where there is one.
_CLICKED = "clicks_sure > 0 AND first_click_at >= %s"
_SINCE = {
    "open": f"(opens_sure > 0 AND first_open_at >= %s OR {_CLICKED} AND NOT clicks_only)",
    "click": _CLICKED,
}
_FIRST_SINCE = """
SELECT contact_id >> 12 AS block, bit_or(tracking_bit(contact_id)) AS people
  FROM tracking_engagement
 WHERE campaign_id = ANY(%s) AND GREATEST(first_open_at, first_click_at) >= %s
   AND (first_open_at IS NOT NULL OR first_click_at IS NOT NULL) AND {}
 GROUP BY 1
"""


def doers(deed: str, campaigns: Sequence[int]) -> Q | None:
    """Return who did it in any of the campaigns; None where bits are of no use."""
    return _of_table(DEEDS, f"bit_or({deed})", campaigns)


def first_since(kind: str, campaigns: Sequence[int], moment: datetime) -> Q | None:
    """Return who opened, or clicked, for the first time since then, in any of the campaigns."""
    asked = _SINCE[kind]
    values = [moment] * (1 + asked.count("%s"))
    return _crowd(DEEDS, _FIRST_SINCE.format(asked), campaigns, *values)


def often(deed: str, campaigns: Sequence[int], times: int) -> Q | None:
    """Return who did it in at least so many of the campaigns."""
    return _of_table(DEEDS, f"tracking_at_least({deed}, {int(times)})", campaigns)


def receivers(campaigns: Sequence[int], bits: str = "sent") -> Q | None:
    """Return who was sent any of the campaigns; with `bits`, of whom those say so."""
    return _of_table(MAILS, f"bit_or({bits})", campaigns)


def without_deeds(deed: str, campaigns: Sequence[int], hidden: str = "") -> Q | None:
    """Return who was sent any of the campaigns and did it in none; with `hidden`, without those."""
    people = "bit_or(m.sent)" + (f" & ~bit_or(m.{hidden})" if hidden else "")
    return _crowd(MAILS, _WITHOUT_DEEDS.format(people, deed), campaigns)


def _of_table(table: str, people: str, campaigns: Sequence[int]) -> Q | None:
    return _crowd(table, _OF_TABLE.format(people, table), campaigns)


def _crowd(table: str, sql: str, campaigns: Sequence[int], *values: datetime) -> Q | None:
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS.format(table), [list(campaigns)])
        first, last = cursor.fetchone()
    return among(sql, (tuple(campaigns), *values), first, last)
