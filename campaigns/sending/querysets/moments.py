"""Each person's own moment, found by joins: the moments of all zones are two small tables.

A contact's own zone comes first, then the one that was learned from where they click, then
the usual one of their country.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.audience import statements
from campaigns.audience.querysets import ContactQuerySet
from campaigns.sending.local_times import Moments

# Joins the people `m` with their moments: `z.at` by zone, `c.at` by country.
JOINS = """
  LEFT JOIN json_to_recordset(%(zones)s::json) AS z(name text, at timestamptz)
         ON z.name = COALESCE(NULLIF(m.time_zone, ''), m.learned_zone)
  LEFT JOIN json_to_recordset(%(countries)s::json) AS c(code text, name text, at timestamptz)
         ON c.code = m.country
"""

WAVES = (
    """
SELECT COALESCE(z.name, c.name, ''), COALESCE(z.at, c.at, %(otherwise)s), count(*)
  FROM ({mailable}) AS m"""
    + JOINS
    + " GROUP BY 1, 2 ORDER BY 2"
)


def values(moments: Moments) -> dict[str, Any]:
    """Return what `JOINS` asks for."""
    zones = [{"name": name, "at": at.isoformat()} for name, at in moments.zones.items()]
    countries = [
        {"code": code, "name": name, "at": moments.zones[name].isoformat()}
        for code, name in moments.countries.items()
        if name in moments.zones
    ]
    return {
        "zones": json.dumps(zones),
        "countries": json.dumps(countries),
        "otherwise": moments.otherwise,
    }


def waves(people: ContactQuerySet, moments: Moments) -> Sequence[tuple[str, datetime, int]]:
    """Count the people by their zone and moment; "" is no known zone."""
    columns = ("time_zone", "learned_zone", "country")
    sql, given = statements.of(people.order_by().values(*columns))
    with connection.cursor() as cursor:
        cursor.execute(*named(WAVES.format(mailable=sql), given, values(moments)))
        found: Sequence[tuple[str, datetime, int]] = cursor.fetchall()
    return found


def named(sql: str, given: Sequence[Any], further: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give the values of a statement names, since it holds `%s` as well as `%(name)s`."""
    names = [f"value_{number}" for number in range(len(given))]
    filled = sql
    for name in names:
        filled = filled.replace("%s", f"%({name})s", 1)
    return filled, dict(zip(names, given, strict=True)) | further
