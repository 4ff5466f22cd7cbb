"""contacts.duplicates: compare a million contacts with each other, and keep who is alike.

One of a hundred has a second address of the same mailbox, and has to be found. The reference is
a plain GROUP BY of the addresses in the same run: the least that comparing them can take.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from bench import audience
from campaigns.audience.duplicates import looking
from campaigns.audience.models import List

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
ROUNDS = 3
# It looks at addresses and at names, each brought into another form.
TIMES = 10
TWINS = """
UPDATE audience_contact SET email_key = 'person' || id - 1 || '+x@example.com'
 WHERE workspace_id = %(workspace)s AND id %% 100 = 0
"""
NUMBERED = """
UPDATE audience_contact SET email_key = 'person' || id || '@example.com',
       last_name = 'Number ' || id
 WHERE workspace_id = %(workspace)s
"""
PLAIN = """
SELECT count(*) FROM (SELECT 1 FROM audience_contact WHERE workspace_id = %(workspace)s
                       GROUP BY email_key HAVING count(*) > 1) AS same
"""


def run() -> list[dict[str, Any]]:
    """Look in turn with the reference, and return the medians."""
    everybody = audience.make(PEOPLE, port=0)
    values = {"workspace": everybody.workspace_id}
    try:
        with connection.cursor() as cursor:
            for statement in (NUMBERED, TWINS):
                cursor.execute(statement, values)
            cursor.execute("VACUUM ANALYZE audience_contact")
        plain, looks = [], []
        for _round in range(ROUNDS):
            plain.append(_timed(lambda: _group(values)))
            looks.append(_timed(lambda: _look(everybody)))
    finally:
        audience.clear(everybody)
    reference, figure = statistics.median(plain), statistics.median(looks)
    return [
        {
            "name": "contacts.duplicates",
            "figure": figure,
            "unit": "s",
            "reference": f"GROUP BY of {PEOPLE:,} addresses",
            "reference_figure": reference,
            "ratio": figure / reference,
            "target": f"≤ {TIMES}",
            "met": figure <= TIMES * reference,
        }
    ]


def _group(values: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, values)
        cursor.fetchone()


def _look(everybody: List) -> None:
    looking.ask(everybody.workspace)
    if not looking.look(everybody.workspace_id):
        raise AssertionError("nobody looked")
    found = everybody.workspace.resemblances.count()
    if found < min(PEOPLE // 100 - 1, looking.MOST):
        raise AssertionError(f"only {found} pairs are found")


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
