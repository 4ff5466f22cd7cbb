"""Write a workspace into a ZIP: one snapshot of the database, file by file, by COPY.

All files show the same moment (REPEATABLE READ), whatever members and workers do meanwhile.
Rows go by as bytes, so that a million people cost no more memory than one.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from django.db import connection, transaction
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.archives import catalogue, picturing, rewriting
from campaigns.audience import addresses
from tracking.parts import Column, Part

# Fast, and nearly as small as the best: most of it is names that repeat.
LEVEL = 1
ROWS_PER_CHUNK = 500

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Span:
    """The ids that a part's rows have here, and how many rows there are."""

    rows: int
    first: int = 1
    last: int = 0

    def number(self, pk: int) -> int | None:
        """Return the number of a row in its file; None if it is none of the workspace's."""
        return pk - self.first + 1 if self.first <= pk <= self.last else None


def write(workspace_id: int, file: BinaryIO, progress: Progress) -> dict[str, int]:
    """Write the archive of a workspace into an open file; return how many rows each file has."""
    with zipfile.ZipFile(
        file, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=LEVEL
    ) as archive:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            workspace = Workspace.objects.get(pk=workspace_id)
            spans = {part.name: _span(part, workspace_id) for part in catalogue.PARTS}
            writer = _Writer(workspace, spans, progress)
            writer.write_parts(archive)
        # They never change, and a bucket may be slow: the snapshot need not wait for them.
        return writer.finish(archive)


def hash_check(workspace_id: int) -> str:
    """Return what is equal where hashes of addresses are: under one key, for one workspace."""
    return addresses.fingerprint(workspace_id, "candid.archive").hex()


class _Writer:
    def __init__(self, workspace: Workspace, spans: Mapping[str, Span], progress: Progress) -> None:
        self._workspace, self._spans, self._progress = workspace, spans, progress
        # Paths, as they stand in the storage.
        self._pictures = [
            path
            for files in workspace.pictures.filter(state__in=["ready", "kept"])
            .order_by("pk")
            .values_list("files", flat=True)
            for path in files.values()
        ]
        self._done = 0
        self._total = sum(span.rows for span in spans.values()) + len(self._pictures)
        self._parts_told: list[dict[str, Any]] = []

    def write_parts(self, archive: zipfile.ZipFile) -> None:
        """Write all files that are made of rows."""
        for part in catalogue.PARTS:
            self._parts_told.append(self._write_part(archive, part))

    def finish(self, archive: zipfile.ZipFile) -> dict[str, int]:
        """Write the pictures and the manifest; return how many rows each file has."""
        picturing.write(archive, self._pictures, lambda: self._tell(1))
        archive.writestr(catalogue.MANIFEST, json.dumps(self._manifest(), indent=1))
        return {one["name"]: one["rows"] for one in self._parts_told}

    def _tell(self, count: int) -> None:
        self._done += count
        self._progress(self._done, self._total)

    def _manifest(self) -> dict[str, Any]:
        return {
            "format": catalogue.FORMAT,
            "version": catalogue.VERSION,
            "made_at": timezone.now().isoformat(),
            "workspace": self._workspace.name,
            "hash_check": hash_check(self._workspace.pk),
            "files": self._parts_told,
        }

    def _write_part(self, archive: zipfile.ZipFile, part: Part) -> dict[str, Any]:
        digest, size, rows = hashlib.sha256(), 0, -1
        with archive.open(part.filename, "w", force_zip64=True) as entry:
            for count, chunk in self._copy(part):
                digest.update(chunk)
                entry.write(chunk)
                size, rows = size + len(chunk), rows + count
                self._tell(count)
        return {
            "name": part.filename,
            "words": part.words,
            "rows": rows,
            "bytes": size,
            "sha256": digest.hexdigest(),
            "columns": catalogue.described(part),
        }

    def _copy(self, part: Part) -> Iterator[tuple[int, bytes]]:
        values = {"workspace": self._workspace.pk, "rewritten": self._rewritten(part)}
        sql = f"COPY ({self._question(part)}) TO STDOUT WITH (FORMAT csv, HEADER)"
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(sql, values) as copy,
        ):
            lines = map(bytes, copy)
            # The database hands over whole rows, one by one.
            while chunk := list(islice(lines, ROWS_PER_CHUNK)):
                yield len(chunk), b"".join(chunk)

    def _question(self, part: Part) -> str:
        told = [f'{self._told(part, one)} AS "{one.name}"' for one in part.columns]
        if part.key:
            first = self._spans[part.name].first
            told.insert(0, f"t.{part.key} - {first - 1} AS id")
        return (
            f"SELECT {', '.join(told)} FROM {part.table} t"  # noqa: S608 - the rooms' constants
            f" WHERE {part.mine} ORDER BY {part.order}"
        )

    def _told(self, part: Part, column: Column) -> str:
        plain = f't."{catalogue.source(part, column)}"'
        if column.written:
            return column.written
        if column.is_user:
            return f"(SELECT u.email FROM accounts_user u WHERE u.id = {plain})"  # noqa: S608
        if column.of:
            return self._numbered(plain, column.of)
        if column.rewritten:
            arrow = "->" if catalogue.is_json(part, column) else "->>"
            return f"%(rewritten)s::jsonb {arrow} t.id::text"
        for key, of in column.numbers.items():
            held = f"""(t."{catalogue.source(part, column)}" ->> '{key}')::bigint"""
            new = f"coalesce(to_jsonb({self._numbered(held, of)}), 'null')"
            plain = (
                f"CASE WHEN jsonb_typeof({plain} -> '{key}') = 'number'"
                f" THEN jsonb_set({plain}, '{{{key}}}', {new}) ELSE {plain} END"
            )
        return plain

    def _numbered(self, held: str, of: str) -> str:
        span = self._spans[of]
        return (
            f"CASE WHEN {held} BETWEEN {span.first} AND {span.last}"
            f" THEN {held} - {span.first - 1} END"
        )

    def _rewritten(self, part: Part) -> str:
        """Return by id what is translated line by line; such files are short."""
        found: dict[int, Any] = {}
        for column in part.columns:
            if column.rewritten:
                rows = part.model._default_manager.filter(workspace=self._workspace)
                for pk, value in rows.values_list("pk", column.name):
                    rewrite = rewriting.REWRITERS[column.rewritten]
                    found[pk] = rewrite(value, lambda of, pk: self._spans[of].number(pk))
        return json.dumps(found)


def _span(part: Part, workspace_id: int) -> Span:
    wanted = f"min(t.{part.key}), max(t.{part.key})" if part.key else "1, 0"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), {wanted} FROM {part.table} t WHERE {part.mine}",  # noqa: S608
            {"workspace": workspace_id},
        )
        rows, first, last = cursor.fetchone()
    return Span(rows, first or 1, last or 0)
