"""How a room says what of it goes into the archive of a workspace: files, and their columns.

An archive is read by other houses and other programs, so it holds no ids of ours: whatever
has a number counts from 1 within its file, and others name it by that number. Each room
declares its own files in a module `portable`; `campaigns.archives` asks them all. The words
here are also the documentation.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models

# A time zone that we know, or none: an unknown one would stop whoever reckons by it.
ZONE = f"{{0}} IN ({', '.join(map(repr, ['', *sorted(zoneinfo.available_timezones())]))})"


@dataclass(frozen=True)
class Column:
    """A column of a file. Without more said, it is the model's field of the same name."""

    name: str
    words: str
    # The column of the table, where it has another name.
    source: str = ""
    # The file whose numbers stand here.
    of: str = ""
    # What is written and read instead of the column: SQL, `t` being the row of the table.
    written: str = ""
    # What becomes of it in the house where it is restored: SQL, `x` being the row of the file.
    restored: str = ""
    # Of a JSON object: keys that hold ids, and the files whose numbers stand there instead.
    numbers: Mapping[str, str] = field(default_factory=dict)
    # A user, named by e-mail address: restored where such a member is in the new house.
    is_user: bool = False
    # Who translates it line by line, by the name in `campaigns.archives.rewriting`.
    rewritten: str = ""
    # What has to be true of it for it to be let in: SQL, `{0}` being the column.
    must: str = ""


@dataclass(frozen=True)
class Part:
    """One file of an archive: the rows of a table that belong to a workspace."""

    name: str
    words: str
    model: type[models.Model]
    columns: tuple[Column, ...]
    # Which rows are the workspace's: SQL, `t` being the row.
    mine: str = "t.workspace_id = %(workspace)s"
    # The column that the file's numbers stand for; empty where nobody names its rows.
    key: str = "id"
    # In what order rows are written, so that the same workspace makes the same file.
    order: str = "t.id"
    # Columns that the file lacks and the table needs: SQL, `x` being the row of the file.
    made: Mapping[str, str] = field(default_factory=dict)
    # Told, but not restored: the new house has its own.
    is_restored: bool = True
    # Further tables that `made` needs, joined to `x`.
    joined: str = ""
    # Which rows come back, where not all do: SQL.
    kept: str = ""
    # The new house may have rows of its own making, which make room.
    replaces: bool = False

    @property
    def filename(self) -> str:
        return f"{self.name}.csv"

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)


def plain(**words: str) -> tuple[Column, ...]:
    """Columns that are nothing but themselves: their names, and what they say."""
    return tuple(Column(name, said) for name, said in words.items())


def named(name: str, of: str, words: str) -> Column:
    """A column `<name>_id` that names a row of another file by its number."""
    return Column(name, words, source=f"{name}_id", of=of)


def by(name: str, words: str) -> Column:
    """A column `<name>_id` that names a user by e-mail address."""
    return Column(name, words, source=f"{name}_id", is_user=True)
