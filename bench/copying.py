"""What `COPY` takes, beside which an import is measured: of its file, and of its rows.

The file is what an import begins with, in a table without an index. Its rows are what it ends
with, and already there: contacts, subscriptions and lines of the ledger, in their own tables with
all indexes; their keys are checked, and their words left for later, as an import does it. An import
that writes by one connection has all that to do as well, row by row.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from django.db import connection, transaction
from psycopg import sql

from campaigns.audience import referring, wording
from campaigns.audience.models import List

_BLOCK = 2**20
# In the order in which they refer to each other.
_TABLES = ("audience_contact", "audience_subscription", "audience_consententry")
_TAKE = "COPY (SELECT * FROM {table} WHERE workspace_id = {workspace} ORDER BY id) TO STDOUT"


def of_file(path: Path, names: Sequence[str]) -> float:
    """Return the seconds that a COPY of the file takes, into a logged table of text columns."""
    with connection.cursor() as cursor:
        columns = ", ".join(f"c{number} text" for number in range(len(names)))
        cursor.execute(f"CREATE TABLE bench_copy ({columns})")
        began = time.perf_counter()
        statement = "COPY bench_copy FROM STDIN WITH (FORMAT csv, DELIMITER ';', HEADER)"
        with path.open("rb") as file, cursor.copy(statement) as rows:
            while block := file.read(_BLOCK):
                rows.write(block)
        taken = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copy")
    return taken


def of_rows(onto: List) -> float:
    """Return the seconds that a COPY of what an import made takes, into the tables it lies in."""
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _table in _TABLES]
        for table, file in zip(_TABLES, files, strict=True):
            _take(onto, table, file)
        with transaction.atomic(), connection.cursor() as cursor:
            # Lines of the ledger go with their people, in one transaction.
            for table in (*_TABLES[1:], _TABLES[0]):
                cursor.execute(f"DELETE FROM {table} WHERE workspace_id = %s", [onto.workspace_id])
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {', '.join(_TABLES)}")
        began = time.perf_counter()
        with (
            transaction.atomic(),
            referring.all_at_once(onto.workspace_id, onto.pk),
            wording.later(),
        ):
            for table, file in zip(_TABLES, files, strict=True):
                _give_back(table, file)
        return time.perf_counter() - began


def _take(onto: List, table: str, file: IO[bytes]) -> None:
    statement = sql.SQL(_TAKE).format(
        table=sql.Identifier(table), workspace=sql.Literal(onto.workspace_id)
    )
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for block in rows:
            file.write(block)
    file.seek(0)


def _give_back(table: str, file: IO[bytes]) -> None:
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        while block := file.read(_BLOCK):
            rows.write(block)
