"""archive.write, archive.restore and archive.memory: a workspace of a million people, in a ZIP.

Writing is held against the database’s own COPY of the same rows to a file; restoring
against the same rows copied into a bare table. An archive has each row checked, packed
and hashed besides, and a restored one its keys and indexes.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from bench import audience
from campaigns.accounts.models import Workspace
from campaigns.archives import restoring, writing

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
# Of the reference's speed.
WRITE_TARGET, RESTORE_TARGET = 0.3, 0.03
MEMORY_MIB = 64


def run() -> list[dict[str, Any]]:
    """Write a workspace, and restore it into another one."""
    everybody = audience.make(PEOPLE, port=0)
    # Two rows a person: the contact, and the subscription.
    rows = 2 * PEOPLE
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "workspace.zip"
            copied = _timed(lambda: _copy_out(Path(folder) / "plain.csv"))
            before = _peak()
            written = _timed(lambda: _write(everybody.workspace, path))
            grown = _peak() - before
            loaded = _timed(lambda: _copy_in(Path(folder) / "plain.csv"))
            restored = _timed(lambda: _restore(path))
            size = path.stat().st_size
    finally:
        for workspace in Workspace.objects.filter(name="Benchmark"):
            _clear(workspace)
    print(f"{rows:,} rows, {size / 2**20:.1f} MiB packed")
    return [
        _row(
            "archive.write",
            rows / written,
            rows / copied,
            WRITE_TARGET,
            "COPY TO, of the same rows",
        ),
        _row(
            "archive.restore",
            rows / restored,
            rows / loaded,
            RESTORE_TARGET,
            "COPY FROM into bare tables",
        ),
        {
            "name": "archive.memory",
            "figure": grown,
            "unit": "MiB",
            "reference": f"limit of {MEMORY_MIB} MiB",
            "reference_figure": MEMORY_MIB,
            "ratio": grown / MEMORY_MIB,
            "target": 1,
            "met": grown <= MEMORY_MIB,
        },
    ]


def _row(name: str, figure: float, reference: float, target: float, words: str) -> dict[str, Any]:
    return {
        "name": name,
        "figure": figure,
        "unit": "rows/s",
        "reference": words,
        "reference_figure": reference,
        "ratio": figure / reference,
        "target": target,
        "met": figure >= target * reference,
    }


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _write(workspace: Workspace, path: Path) -> None:
    with path.open("w+b") as file:
        writing.write(workspace.pk, file, lambda done, total: None)


def _restore(path: Path) -> None:
    house = Workspace.objects.create(name="Benchmark", postal_address="2 Main Street")
    restoring.restore(house.pk, path, lambda done, total: None)


TABLES = ("audience_contact", "audience_subscription")


def _clear(workspace: Workspace) -> None:
    with connection.cursor() as cursor:
        for table in reversed(TABLES):
            cursor.execute(f"DELETE FROM {table} WHERE workspace_id = %s", [workspace.pk])
    workspace.lists.all().delete()
    workspace.senders.all().delete()
    workspace.delete()


def _copy_out(path: Path) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            with (
                path.with_suffix(f".{table}").open("wb") as file,
                cursor.copy(f"COPY {table} TO STDOUT WITH (FORMAT csv)") as copy,
            ):
                for chunk in copy:
                    file.write(chunk)


def _copy_in(path: Path) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TEMP TABLE bare_{table} (LIKE {table})")
            with (
                path.with_suffix(f".{table}").open("rb") as file,
                cursor.copy(f"COPY bare_{table} FROM STDIN WITH (FORMAT csv)") as copy,
            ):
                while chunk := file.read(1 << 18):
                    copy.write(chunk)
            cursor.execute(f"DROP TABLE bare_{table}")
