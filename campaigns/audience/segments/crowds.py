"""Crowds: many people at once, by the bits that are kept of them; see `tracking.bits`.

A crowd is worked out once for a question, however many it is asked of: a row per block, joined
with & and |. Then each person is one look into one long row of bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Q

from campaigns.audience import list_bits_querysets as list_bits
from tracking.bits import BLOCK, NOBODY

# More blocks are of people so far apart that most of the bits are of others.
MOST_BLOCKS = 8_192
# Each of these takes as long to read as a page may take for a hundred that are kept.
MOST_NOTED = 16
_WHOLE = f"""
(SELECT string_agg(COALESCE(people, {NOBODY})::text, '' ORDER BY n)::varbit
   FROM generate_series(%s::bigint, %s::bigint) n LEFT JOIN ({{}}) crowd ON crowd.block = n)
"""  # noqa: S608 - constants of this module
# Not “= B'1'”, which the planner takes for one of two hundred: it is a part as any.
_AMONG = "(substring({} FROM LEAST(GREATEST({} - %s, -1), 2147483646)::integer + 1 FOR 1) > B'0')"


@dataclass(frozen=True)
class Crowd:
    """The blocks of some people: SQL with `block` and `people`, its values, and its bounds."""

    sql: str
    # Tuples stand for arrays.
    values: tuple[Any, ...]
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
        asked = [list(one) if isinstance(one, tuple) else one for one in crowd.values]
        return _AMONG.format(whole, number), [
            *(crowd.first, crowd.last, *asked),
            *(*values, crowd.first * BLOCK),
        ]


def among(sql: str, values: tuple[Any, ...], first: int | None, last: int | None) -> Q | None:
    """Return who is in the crowd of these blocks; None where bits are of no use."""
    if first is None or last is None:
        first = last = 0
    return None if last - first >= MOST_BLOCKS else Q(Among(Crowd(sql, values, first, last)))


def standing(list_ids: tuple[int, ...], status: str) -> Q | None:
    """Return who stands so with any of the lists; None where too much has changed just now."""
    first, last, noted = list_bits.extent(list_ids)
    if noted > MOST_NOTED:
        return None
    return among(list_bits.STANDING.format(status=status), (list_ids, list_ids), first, last)
