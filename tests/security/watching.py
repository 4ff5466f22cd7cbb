"""Watch what is written while an address is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|COPY|ALTER|CREATE|DROP)\b", re.I)
# Locks rows, changes none.
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b", re.I)
# Sessions may be refreshed, the cache counts tries to sign in, and of keys the use is counted.
NOT_DATA = ("django_session", "accounts_cache", "accounts_keyuse")


@contextmanager
def written() -> Iterator[list[str]]:
    """Collect the statements that change rows."""
    found: list[str] = []

    def watch(execute, sql, params, many, context):
        bare = LOCKS.sub("", re.sub(r"'[^']*'|\"[^\"]*\"", _kept, str(sql)))
        if WRITES.search(bare) and not any(name in bare for name in NOT_DATA):
            found.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def read_to_the_end(response) -> None:
    """A download asks the database while it streams."""
    if response.streaming:
        b"".join(response.streaming_content)


def _kept(quoted: re.Match[str]) -> str:
    """Keep names of tables we look for; forget other quoted text, which may hold any word."""
    return quoted[0] if quoted[0].strip("\"'") in NOT_DATA else '""'
