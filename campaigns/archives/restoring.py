"""Restore an archive into an empty workspace, in one transaction: whole, or not at all.

Its things get numbers that nobody else has here: each table lends a run of them, so that what
the archive calls 7 is 7 further. References need no look-up, and cannot point outside of what
came. A `kill -9` anywhere leaves an empty workspace, and the next try begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts.models import Provider, Workspace
from campaigns.archives import (
    agreeing,
    catalogue,
    picturing,
    rewriting,
    staging,
    texts,
    writing,
)
from campaigns.archives.reading import ArchiveError, Reader
from campaigns.audience import list_bits_querysets, referring, wording
from campaigns.audience.models import Contact, Subscription
from tracking import partitions
from tracking.parts import Column, Part

# Of what is on its way into a table between two of our statements.
GAP = 1_000_000
# Any fixed number: whoever holds this advisory lock is borrowing numbers.
_LOCK = 0x43414E4152
# What a workspace that is empty has none of.
EMPTY = (
    *("contacts", "lists", "campaigns", "fields", "tags", "segments"),
    *("suppressions", "suppressed_domains", "notices"),
)

Progress = Callable[[int, int], None]


class HashesError(ArchiveError):
    """Hashes in it are under the key of another house; a member may leave them out."""


def restore(
    workspace_id: int,
    path: Path,
    progress: Progress,
    *,
    without_hashes: bool = False,
    finish: Callable[[dict[str, int]], None] = lambda rows: None,
) -> dict[str, int]:
    """Restore the archive, and return how many rows came of each file. Raises `ArchiveError`.

    `finish` is called with that at the end of the same transaction.
    """
    now = timezone.now()
    kept = timedelta(days=settings.EVENT_RETENTION_DAYS)
    with Reader(path) as reader:
        partitions.ensure(partitions.month_of(now - kept * part / 4) for part in range(5))
        try:
            with transaction.atomic(durable=True):
                work = _Restorer(workspace_id, reader, progress)
                rows = work.restore(without_hashes=without_hashes)
                finish(rows)
        except (DataError, IntegrityError) as error:
            raise ArchiveError(_what_clashes(error)) from error
    return rows


class _Restorer:
    def __init__(self, workspace_id: int, reader: Reader, progress: Progress) -> None:
        self._workspace = Workspace.objects.get(pk=workspace_id)
        self._reader, self._progress = reader, progress
        self._most: dict[str, int] = {}
        self._shifts: dict[str, int] = {}
        # Each picture is more work than many lines.
        self._total = reader.rows + reader.files["pictures"].rows
        self._same_key = reader.manifest.get("hash_check") == writing.hash_check(workspace_id)

    def restore(self, *, without_hashes: bool) -> dict[str, int]:
        self._check_empty()
        done = 0
        for part in catalogue.PARTS:
            tell = self._teller(done)
            self._most[part.name] = staging.stage(self._reader, part, tell)
            done += self._reader.files[part.name].rows
            tell()
        self._check_hashes(without_hashes=without_hashes)
        for part in catalogue.PARTS:
            staging.check(part, self._most)
        agreeing.ask_the_ledger()
        staging.know_addresses(self._workspace.pk)
        texts.take_in(picturing.bring_in(self._reader, self._tell_picture))
        self._borrow_numbers()
        self._make_room()
        return {part.filename: self._put(part) for part in catalogue.PARTS if part.is_restored}

    def _teller(self, done: int) -> Callable[[], None]:
        return lambda: self._progress(done, self._total)

    def _tell_picture(self, count: int) -> None:
        self._progress(self._reader.rows + count, self._total)

    def _check_empty(self) -> None:
        for name in EMPTY:
            part = catalogue.BY_NAME[name]
            asked = f"SELECT EXISTS (SELECT 1 FROM {part.table} t WHERE {part.mine})"  # noqa: S608
            if staging.row(asked, {"workspace": self._workspace.pk})[0]:
                raise ArchiveError(
                    _("This workspace is not empty: it has %s. Restore into a new one.") % name
                )

    def _check_hashes(self, *, without_hashes: bool) -> None:
        if self._same_key or without_hashes:
            return
        [hashes] = staging.row("SELECT count(*) FROM archived_suppressions WHERE email IS NULL")
        if hashes:
            raise HashesError(
                _(
                    "%d addresses that must not be mailed are known by their hash alone, under the"
                    " key of the old house. Set FINGERPRINT_KEY to the old house’s first"
                    " (docs/export.md says how), or restore without them."
                )
                % hashes
            )

    def _borrow_numbers(self) -> None:
        """Take for each file as many numbers as it needs, which nobody gets any more."""
        staging.run(f"SELECT pg_advisory_lock({_LOCK})")
        try:
            # In a savepoint: a transaction that failed could not give the lock back either.
            with transaction.atomic():
                for part in catalogue.PARTS:
                    if part.key and part.is_restored:
                        self._shifts[part.name] = _borrow(part, self._most[part.name])
        finally:
            staging.run(f"SELECT pg_advisory_unlock({_LOCK})")

    def _make_room(self) -> None:
        """Let go what every new workspace is furnished with, where the archive has its own."""
        if self._reader.files["senders"].rows:
            inbox = self._workspace.providers.filter(kind=Provider.Kind.INBOX)
            self._workspace.senders.filter(provider__in=inbox).delete()
            inbox.filter(senders=None, stand_ins=None).delete()
        for part in catalogue.PARTS:
            if part.replaces:
                gone = f"DELETE FROM {part.table} t WHERE {part.mine}"  # noqa: S608
                staging.run(gone, {"workspace": self._workspace.pk})

    def _put(self, part: Part) -> int:
        """Restore a file. People are written as an import writes them: that is most of the work."""
        if part.model not in {Contact, Subscription}:
            return self._insert(part)
        staging.check_references(part)
        with referring.all_at_once(self._workspace.pk), wording.later():
            rows = self._insert(part)
        if rows and part.model is Contact:
            first = self._shifts[part.name]
            wording.wait(self._workspace.pk, first + 1, first + self._most[part.name])
        if part.model is Subscription:
            list_bits_querysets.note_workspace(self._workspace.pk)
        return rows

    def _insert(self, part: Part) -> int:
        self._rewrite(part)
        self._teller(self._total)()
        values = {
            "workspace": self._workspace.pk,
            "shift": self._shifts.get(part.name, 0),
            "same_key": self._same_key,
            "event_days": settings.EVENT_RETENTION_DAYS,
        }
        return staging.run(self._statement(part), values)

    def _statement(self, part: Part) -> str:
        told = {catalogue.source(part, one): self._restored(one) for one in part.columns}
        # What the file has, and the table does not.
        columns = {one.column for one in part.model._meta.concrete_fields}
        told = {name: value for name, value in told.items() if name in columns}
        told |= part.made
        if part.model is Workspace:
            changed = ", ".join(f'"{name}" = {value}' for name, value in told.items())
            return (
                f"UPDATE {part.table} SET {changed} FROM archived_{part.name} x"  # noqa: S608
                f" WHERE {part.table}.id = %(workspace)s"
            )
        if "workspace_id" in columns:
            told["workspace_id"] = "%(workspace)s"
        if part.key:
            told[part.key] = f"x.id + {self._shifts[part.name]}"
        names = ", ".join(f'"{name}"' for name in told)
        kept = f" WHERE {part.kept}" if part.kept else ""
        # In the file's order, which a join may not keep.
        order = "ORDER BY x.id" if part.key else "ORDER BY x.ctid" if part.joined else ""
        return (
            f"INSERT INTO {part.table} ({names})"  # noqa: S608 - the rooms' constants
            f" SELECT {', '.join(told.values())} FROM archived_{part.name} x {part.joined}"
            f"{kept} {order}"
        )

    def _restored(self, column: Column) -> str:
        held = f'x."{column.name}"'
        if column.restored:
            return column.restored
        if column.of:
            return f"{held} + {self._shifts[column.of]}"
        if column.is_user:
            return (
                "(SELECT m.user_id FROM accounts_member m JOIN accounts_user u ON u.id = m.user_id"  # noqa: S608
                f" WHERE m.workspace_id = %(workspace)s AND lower(u.email) = lower({held}))"
            )
        for key, of in column.numbers.items():
            number = f"""((x."{column.name}" ->> '{key}')::bigint)"""
            held = (
                f"CASE WHEN x.\"{column.name}\" ->> '{key}' ~ '^[0-9]{{1,12}}$'"
                f" AND {number} BETWEEN 1 AND {self._most[of]}"
                f" THEN jsonb_set({held}, '{{{key}}}', to_jsonb({number} + {self._shifts[of]}))"
                f" ELSE {held} - '{key}' || (CASE WHEN x.\"{column.name}\" ? '{key}'"
                f" THEN '{{\"{key}\": null}}'::jsonb ELSE '{{}}'::jsonb END) END"
            )
        return held

    def _rewrite(self, part: Part) -> None:
        for column in part.columns:
            if not column.rewritten:
                continue
            is_json = catalogue.is_json(part, column)
            cast = "::jsonb" if is_json else ""
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT id, "{column.name}"::text FROM archived_{part.name}')  # noqa: S608
                rows = cursor.fetchall()
            for pk, text in rows:
                found = self._rewritten(part, column, json.loads(text) if is_json else text)
                staging.run(
                    f'UPDATE archived_{part.name} SET "{column.name}" = %(new)s{cast}'  # noqa: S608
                    " WHERE id = %(pk)s",
                    {"new": json.dumps(found) if is_json else found, "pk": pk},
                )

    def _rewritten(self, part: Part, column: Column, value: Any) -> Any:
        try:
            rewriting.CHECKS[column.rewritten](value)
        except rewriting.RewritingError as error:
            raise ArchiveError(
                _("%(file)s asks something that is not known here: %(why)s")
                % {"file": part.filename, "why": error}
            ) from error
        return rewriting.REWRITERS[column.rewritten](value, self._number)

    def _number(self, of: str, number: int) -> int | None:
        return number + self._shifts[of] if 1 <= number <= self._most[of] else None


def _borrow(part: Part, most: int) -> int:
    """Return what to add to the file's numbers. Others who insert meanwhile stay below them."""
    [last] = staging.row(
        "SELECT setval(s.name, nextval(s.name) + %(most)s)"
        " FROM pg_get_serial_sequence(%(table)s, %(key)s) AS s(name)",
        {"most": GAP + most, "table": part.table, "key": part.key},
    )
    return int(last) - most


def _what_clashes(error: DatabaseError) -> str:
    cause = error.__cause__
    diag = cause.diag if isinstance(cause, psycopg.Error) else None
    table = diag.table_name if diag else ""
    for part in catalogue.PARTS:
        if part.table == table:
            return _("%(file)s cannot be restored: it breaks the rule “%(rule)s”.") % {
                "file": part.filename,
                "rule": (diag and (diag.constraint_name or diag.column_name)) or "",
            }
    return _("It cannot be restored: its files do not fit together.")
