"""The recipients that a page shows, found without looking at a million of them.

Who did something is found by the rows that tracking keeps of such people, in the order of
what they did. All others come behind them in the order of their addresses, which has an
index. A key has a row's number in it, and never an address: keys stand in the address bar.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from django.db import connection

from campaigns.accounts.keyset import Key, Order
from campaigns.reports.querysets.recipients import FIELDS, TABLES, Question, RecipientRow

# Only of those who did something; all that a condition may ask of their deliveries is here.
DOERS = """
    tracking_engagement e
    CROSS JOIN LATERAL (SELECT e.delivery_id AS id, e.campaign_id, e.workspace_id) d
"""
PLACES = "SELECT d.id, {place} FROM {tables} WHERE {where} ORDER BY {order} LIMIT %(length)s"
ROWS = "SELECT {fields} FROM {tables} WHERE d.campaign_id = %(campaign)s AND d.id = ANY(%(ids)s)"
FOUND = "SELECT d.id FROM {tables} WHERE {where} AND {searched} LIMIT %(most)s"
COUNT = "SELECT count(*) FROM (SELECT FROM {tables} WHERE {where} LIMIT %(most)s) n"
KEY_ADDRESS = """(SELECT address_key FROM sending_delivery
                   WHERE id = %(key_id)s AND campaign_id = %(campaign)s)"""

# A row's number, and its value in the column that is sorted by.
Place = tuple[int, Any]


def window(question: Question, key: Key | None, length: int) -> list[tuple[Any, RecipientRow]]:
    """Return up to `length` recipients beyond `key`, nearest first, each with its place."""
    places = _places(question, key, length)
    _where, values = question.where()
    values["ids"] = [row_id for row_id, _place in places]
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(fields=FIELDS, tables=TABLES), values)
        rows = {row.id: row for row in (RecipientRow(*found) for found in cursor.fetchall())}
    return [(place, rows[row_id]) for row_id, place in places if row_id in rows]


def narrowed(question: Question, most: int) -> Question:
    """Look for the text once, and go on with whom it found: up to `most`, whichever come first.

    A letter finds a million people, whom nobody wants to see sorted.
    """
    where, values = question.besides_text()
    conditions, searched = question.searched()
    values |= searched | {"most": most}
    found: set[int] = set()
    with connection.cursor() as cursor:
        # Either has an index; asked together, neither would be used.
        for condition in conditions:
            cursor.execute(FOUND.format(tables=TABLES, where=where, searched=condition), values)
            found.update(row_id for (row_id,) in cursor.fetchall())
    return replace(question, found=sorted(found)[:most])


def count(question: Question, most: int) -> int:
    """Count the recipients that are asked for, up to `most`."""
    where, values = question.where()
    tables = DOERS if question.is_of_doers and not question.needs_deliveries else TABLES
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(tables=tables, where=where), values | {"most": most})
        return int(cursor.fetchone()[0])


def _places(question: Question, key: Key | None, length: int) -> list[Place]:
    if not question.is_ranked:
        return _in_order(question, key, length)
    backwards = key is not None and key.backwards
    parts = [partial(_doers, question), partial(_others, question)]
    if backwards:
        parts.reverse()
    if key is not None and (key.place is None) != backwards:
        # It stands in the part that comes last, this way.
        return parts[1](key, length, backwards=backwards)
    found = parts[0](key, length, backwards=backwards)
    if len(found) < length:
        found += parts[1](None, length - len(found), backwards=backwards)
    return found


def _in_order(question: Question, key: Key | None, length: int) -> list[Place]:
    """By address, or by what only all of them together can be sorted by."""
    backwards = key is not None and key.backwards
    if question.is_by_address:
        return _others(question, key, length, backwards=backwards)
    beyond, values = question.order.beyond(key)
    return _ask(question, TABLES, [beyond], question.order.by(key), values | {"length": length})


def _doers(question: Question, key: Key | None, length: int, *, backwards: bool) -> list[Place]:
    """Those who have a value in the column that is sorted by."""
    order = replace(question.order, is_whole=True)
    beyond, values = order.beyond(key)
    has_place = f"e.delivery_id IS NOT NULL AND {order.place} IS NOT NULL"
    tables = TABLES if question.needs_deliveries else DOERS
    sorting = order.by(Key(None, 0, backwards))
    return _ask(question, tables, [has_place, beyond], sorting, values | {"length": length})


def _others(question: Question, key: Key | None, length: int, *, backwards: bool) -> list[Place]:
    """Those who have none, or everybody who is sorted by nothing else, by their addresses."""
    falls = question.is_by_address and question.order.falls
    conditions = [] if question.is_by_address else [f"{question.order.place} IS NULL"]
    if question.is_of_doers:
        conditions.append("e.delivery_id IS NOT NULL")
    values: dict[str, Any] = {"length": length}
    if key is not None:
        conditions.append(f"d.address_key {'<' if falls != backwards else '>'} {KEY_ADDRESS}")
        values["key_id"] = key.id
    order = Order("NULL", "text", "d.id", falls=falls)
    sorting = f"d.address_key {'DESC' if falls != backwards else 'ASC'}"
    return _ask(question, TABLES, conditions, sorting, values, order)


def _ask(
    question: Question,
    tables: str,
    conditions: list[str],
    sorting: str,
    values: dict[str, Any],
    order: Order | None = None,
) -> list[Place]:
    where, all_values = question.where()
    sql = PLACES.format(
        place=(order or question.order).place,
        tables=tables,
        where=" AND ".join([where, *conditions]),
        order=sorting,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, all_values | values)
        return list(cursor.fetchall())
