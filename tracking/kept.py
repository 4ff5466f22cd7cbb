"""Events as they are kept, read to be judged again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from tracking.classify import Signals


class Kept(NamedTuple):
    """An event as it stands in its table; the names of its columns."""

    id: int
    workspace_id: int
    campaign_id: int
    delivery_id: int | None
    contact_id: int | None
    mode: str
    kind: str
    number: int | None
    at: datetime
    verdict: str
    reason: str
    country: str
    device: str
    os: str
    client: str
    language: str
    region: str
    city: str
    family: str
    network: str
    flags: str
    age: int | None
    beside: str

    @property
    def signals(self) -> Signals:
        """What its verdict rests on."""
        return Signals(self.kind, self.family, self.network, self.flags, self.age, self.beside)


# Names of our own columns; values are always parameters.
_COLUMNS = ", ".join(Kept._fields)
_OF_CONTACTS = f"""
SELECT {_COLUMNS} FROM tracking_event
 WHERE contact_id = ANY (%s) AND (%s::timestamptz IS NULL OR at >= %s)
   AND (%s::timestamptz IS NULL OR at <= %s)
 ORDER BY id
"""  # noqa: S608
_JUDGED_BY = f"""
SELECT {_COLUMNS} FROM tracking_event
 WHERE id > %s AND (rules <> %s OR %s)
 ORDER BY id LIMIT %s
"""  # noqa: S608


def of_contacts(
    contact_ids: Iterable[int], *, since: datetime | None = None, until: datetime | None = None
) -> list[Kept]:
    """Return the events of these contacts, in the order they came."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CONTACTS, (sorted(contact_ids), since, since, until, until))
        return [Kept(*row) for row in cursor.fetchall()]


def judged_otherwise(rules: int, *, after: int, limit: int, everything: bool) -> list[Kept]:
    """Return events after an id that were not judged by these rules; with `everything`, all."""
    with connection.cursor() as cursor:
        cursor.execute(_JUDGED_BY, (after, rules, everything, limit))
        return [Kept(*row) for row in cursor.fetchall()]
