"""A copy of all links beside the spool: what redirects go by while the database is down.

A small SQLite file, because rows are only ever added, by several processes. Its loss costs
nothing: it is filled again from the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

NAME = "links.sqlite3"
# Campaign, number, address.
Row = tuple[int, int, str]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS links (campaign INTEGER, number INTEGER, url TEXT, "
    "PRIMARY KEY (campaign, number)) WITHOUT ROWID"
)


class SnapshotError(Exception):
    """The copy cannot be read or written now."""


class Snapshot:
    """The copy in one folder. Safe between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def links_of(self, campaign_id: int) -> dict[int, str]:
        """Return a campaign's addresses by number, as far as they are known."""
        with self._opened() as file:
            rows = file.execute(
                "SELECT number, url FROM links WHERE campaign = ?", [campaign_id]
            ).fetchall()
        return dict(rows)

    def add(self, rows: Iterable[Row]) -> int:
        """Add links, and return how many were new."""
        with self._opened() as file, file:
            before = file.total_changes
            file.executemany("INSERT OR IGNORE INTO links VALUES (?, ?, ?)", rows)
            return file.total_changes - before

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=2)) as file:
                file.execute(_TABLE)
                yield file
        except (OSError, sqlite3.Error) as error:
            raise SnapshotError(str(error)) from error
