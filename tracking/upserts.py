"""Write many rows in one statement: events by COPY, counts by adding to what is there.

Rows go in sorted order, so that two writers never wait for each other in a circle. Names of
tables and columns come from our own models; values are always parameters.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from operator import attrgetter

from django.db import connection, models
from psycopg.pq.abc import PGconn

from tracking import arrays, asking
from tracking.classify import RULES
from tracking.deeds import Deeds
from tracking.models import Engagement, LinkClicker
from tracking.sorting import Sorted

# The last one is kept with the person.
_EVENT_COLUMNS = Sorted._fields[:-1]
_DEEDS_COLUMNS = tuple(field.name for field in fields(Deeds))
_deeds_row = attrgetter(*_DEEDS_COLUMNS)
_DEEDS_KEY = ("campaign_id", "delivery_id")


@contextmanager
def without_waiting() -> Iterator[None]:
    """Let us prepare the next statement while the database is at the last one.

    What it refuses is raised at the next result that is asked for, or at the end.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def copy_events(events: Iterable[Sorted]) -> None:
    """Append events to their table."""
    columns = ", ".join((*_EVENT_COLUMNS, "rules"))
    with (
        connection.cursor() as cursor,
        # COPY goes past Django, which else would not know the errors.
        connection.wrap_database_errors,
        cursor.copy(f"COPY tracking_event ({columns}) FROM STDIN") as copy,
    ):
        for event in events:
            copy.write_row((*event[:-1], RULES))


def add(
    model: type[models.Model],
    keys: Sequence[str],
    counts: Sequence[str],
    rows: Mapping[tuple[object, ...], Sequence[int]],
) -> None:
    """Add `counts` to the rows of these keys, which are made where they are missing."""
    table = model._meta.db_table
    sums = ", ".join(f"{name} = {table}.{name} + EXCLUDED.{name}" for name in counts)
    values = [(*key, *rows[key]) for key in sorted(rows) if any(rows[key])]
    _insert(
        model, (*keys, *counts), values, f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"
    )


def shift(
    model: type[models.Model],
    keys: Sequence[str],
    counts: Sequence[str],
    rows: Mapping[tuple[object, ...], Sequence[int]],
) -> None:
    """Add to the rows of these keys, or take from them, which `add` may not.

    Taking comes first, and only from what is there: PostgreSQL would check a new row with a
    negative count before it found the old one.
    """
    less = {key: [min(0, number) for number in row] for key, row in rows.items()}
    more = {key: [max(0, number) for number in row] for key, row in rows.items()}
    values = [(*key, *less[key]) for key in sorted(less) if any(less[key])]
    if values:
        meta = model._meta
        columns = (*keys, *counts)
        typed = ", ".join(f"%s::{meta.get_field(name).db_type(connection)}[]" for name in columns)
        sets = ", ".join(f"{name} = c.{name} + v.{name}" for name in counts)
        same = " AND ".join(f"c.{name} = v.{name}" for name in keys)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {meta.db_table} AS c SET {sets} FROM unnest({typed}) "  # noqa: S608
                f"AS v ({', '.join(columns)}) WHERE {same}",
                [arrays.text(column) for column in zip(*values, strict=True)],
            )
    add(model, keys, counts, more)


def judge_events(judged: Iterable[tuple[int, datetime, str, str, str]]) -> None:
    """Write verdict, reason and what was beside it to events, by their id and time."""
    columns = list(zip(*sorted(judged), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_event AS e SET verdict = v.verdict, reason = v.reason, "
            "beside = v.beside, rules = %s FROM unnest(%s::bigint[], %s::timestamptz[], "
            "%s::varchar[], %s::varchar[], %s::varchar[]) AS v (id, at, verdict, reason, beside) "
            "WHERE e.id = v.id AND e.at = v.at",
            [RULES, *map(arrays.text, columns)],
        )


def deeds_of(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Deeds]:
    """Return what is kept of these campaigns and deliveries, locked until we are done."""
    return ask_deeds_of(keys)()


def ask_deeds_of(
    keys: Iterable[tuple[int, int]],
) -> Callable[[], dict[tuple[int, int], Deeds]]:
    """Ask the same, and return what waits for the answer."""
    campaigns, deliveries = zip(*sorted(keys), strict=True)
    answer = asking.ask(
        f"SELECT {', '.join(f'e.{name}' for name in _DEEDS_COLUMNS)} "  # noqa: S608
        "FROM unnest(%s::bigint[], %s::bigint[]) AS k (campaign_id, delivery_id) "
        "JOIN tracking_engagement e USING (campaign_id, delivery_id) FOR UPDATE OF e",
        [arrays.text(campaigns), arrays.text(deliveries)],
    )

    def found() -> dict[tuple[int, int], Deeds]:
        rows = [Deeds(*row) for row in answer()]
        return {(deeds.campaign_id, deeds.delivery_id): deeds for deeds in rows}

    return found


def write_deeds(all_deeds: Mapping[tuple[int, int], Deeds]) -> None:
    """Write what is known of these deliveries now."""
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in _DEEDS_COLUMNS[4:])
    values = [_deeds_row(all_deeds[key]) for key in sorted(all_deeds)]
    conflict = f"ON CONFLICT ({', '.join(_DEEDS_KEY)}) DO UPDATE SET {sets}"
    _insert(Engagement, _DEEDS_COLUMNS, values, conflict)


def new_clickers(clickers: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Keep who clicked which link, and return those that had not before."""
    values = sorted(clickers)
    if not values:
        return []
    columns = ("campaign_id", "number", "delivery_id")
    end = f"ON CONFLICT DO NOTHING RETURNING {', '.join(columns)}"
    with connection.cursor() as cursor:
        cursor.execute(*_insertion(LinkClicker, columns, values, end))
        found: list[tuple[int, int, int]] = cursor.fetchall()
    return found


def drop_clickers(clickers: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Forget who clicked which link, and return those that were there."""
    values = sorted(clickers)
    if not values:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tracking_linkclicker AS c USING "
            "unnest(%s::bigint[], %s::integer[], %s::bigint[]) AS v (campaign, number, delivery) "
            "WHERE c.campaign_id = v.campaign AND c.number = v.number "
            "AND c.delivery_id = v.delivery RETURNING c.campaign_id, c.number, c.delivery_id",
            [arrays.text(column) for column in zip(*values, strict=True)],
        )
        found: list[tuple[int, int, int]] = cursor.fetchall()
    return found


def _insert(
    model: type[models.Model],
    columns: Sequence[str],
    values: Sequence[Sequence[object]],
    end: str,
) -> None:
    if values:
        with connection.cursor() as cursor:
            cursor.execute(*_insertion(model, columns, values, end))
        _send()


def _send() -> None:
    """Send all of the last statement, so that the database can be at it.

    In a pipeline, libpq sends what the socket takes at once, and the rest with whatever comes
    next: of a megabyte that is a fifth. Only for statements without rows: while nobody reads
    those, the database would read no further either.
    """
    server: PGconn = connection.connection.pgconn
    takes = select.poll()
    takes.register(server.socket, select.POLLOUT)
    with connection.wrap_database_errors:
        while server.flush():
            takes.poll()


def _insertion(
    model: type[models.Model],
    columns: Sequence[str],
    values: Sequence[Sequence[object]],
    end: str,
) -> tuple[str, list[str]]:
    meta = model._meta
    typed = ", ".join(f"%s::{meta.get_field(name).db_type(connection)}[]" for name in columns)
    statement = (
        f"INSERT INTO {meta.db_table} ({', '.join(columns)}) "  # noqa: S608
        f"SELECT * FROM unnest({typed}) {end}"
    )
    return statement, [arrays.text(column) for column in zip(*values, strict=True)]
