"""Crowds: many people at once, by the bits that are kept of them; see `tracking.bits`.

A crowd is worked out once for a question, however many it is asked of: a row per block, joined
with & and |. Then each person is one look into one long row of bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q

from tracking.bits import BLOCK, NOBODY

# More blocks are of people so far apart that most of the bits are of others.
MOST_BLOCKS = 8_192
DEEDS, MAILS = "tracking_deedbits", "sending_mailbits"
_OF_TABLE = "SELECT block, {} AS people FROM {} WHERE campaign_id = ANY(%s) GROUP BY 1"
BOUNDS = "SELECT min(block), max(block) FROM {} WHERE campaign_id = ANY(%s)"
_WITHOUT_DEEDS = f"""
SELECT m.block, {{}} & ~COALESCE(bit_or(e.{{}}), {NOBODY}) AS people
  FROM sending_mailbits m LEFT JOIN tracking_deedbits e USING (campaign_id, block)
 WHERE m.campaign_id = ANY(%s) GROUP BY 1
"""  # noqa: S608 - constants of this module
_WHOLE = f"""
(SELECT string_agg(COALESCE(people, {NOBODY})::text, '' ORDER BY n)::varbit
   FROM generate_series(%s::bigint, %s::bigint) n LEFT JOIN ({{}}) crowd ON crowd.block = n)
"""  # noqa: S608 - constants of this module
# Not “= B'1'”, which the planner takes for one of two hundred: it is a part as any.
_AMONG = "(substring({} FROM LEAST(GREATEST({} - %s, -1), 2147483646)::integer + 1 FOR 1) > B'0')"


@dataclass(frozen=True)
class Crowd:
    """The blocks of some people: SQL with `block` and `people`, by campaigns, and its bounds."""

    sql: str
    campaigns: tuple[int, ...]
    first: int
    last: int


class Among(Func):
    """Whether a contact is in a crowd. Outside of its blocks nobody is."""

    output_field = BooleanField()

    def __init__(self, crowd: Crowd) -> None:
        super().__init__(F("pk"))
        self.crowd = crowd

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # It has no template.
        """Write the question."""
        (person,) = self.source_expressions
        number, values = compiler.compile(person)
        crowd = self.crowd
        whole = _WHOLE.format(crowd.sql)
        bounds = [crowd.first, crowd.last, list(crowd.campaigns)]
        return _AMONG.format(whole, number), [*bounds, *values, crowd.first * BLOCK]


def doers(deed: str, campaigns: Sequence[int]) -> Q | None:
    """Return who did it in any of the campaigns; None where bits are of no use."""
    return _of_table(DEEDS, f"bit_or({deed})", campaigns)


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


def _crowd(table: str, sql: str, campaigns: Sequence[int]) -> Q | None:
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS.format(table), [list(campaigns)])
        first, last = cursor.fetchone()
    if first is None:
        first = last = 0
    if last - first >= MOST_BLOCKS:
        return None
    return Q(Among(Crowd(sql, tuple(campaigns), first, last)))
