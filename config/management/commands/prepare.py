"""Bring database and static files to this version. What `make up` does before it starts."""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tracking import spool

# Any number will do, as long as all who migrate one database take the same.
_MIGRATION_LOCK = 7_203_311
# What PostgreSQL's client says, and what to do about it.
_HINTS = (
    ("permission denied", "the user in DATABASE_URL must own the database"),
    ("authentication failed", "check user and password in DATABASE_URL"),
    ("no password supplied", "DATABASE_URL names no password"),
    ("Connection refused", "start the server, or correct DATABASE_URL"),
    ("timeout expired", "the server does not answer; check the host in DATABASE_URL"),
    ("resolve host", "check the host in DATABASE_URL"),
    ("role", "check the user in DATABASE_URL"),
    ("database", "make it on the server, or correct DATABASE_URL"),
)


class Command(BaseCommand):
    help = "Apply migrations and collect static files, where there is something to do."

    # Django would print pages; one sentence about the first mistake is what helps.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for message in run_checks():
            if message.is_serious():
                raise CommandError(f"{message.msg} [{message.id}]")
        try:
            self._migrate()
        except DatabaseError as error:
            raise CommandError(_about_database(error)) from error
        for folder in (settings.MEDIA_ROOT, *_broker_folders()):
            folder.mkdir(parents=True, exist_ok=True)
        spool.make_folder(settings.SPOOL_DIR)
        self._collect()

    def _migrate(self) -> None:
        started = time.monotonic()
        with connection.cursor() as cursor:
            # Two hosts of one database may start at once.
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan:
                call_command("migrate", interactive=False, verbosity=0)
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
        done = f"{len(plan)} migrations applied" if plan else "up to date"
        self._say("tables", done, started)

    def _collect(self) -> None:
        started = time.monotonic()
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        fingerprint = _fingerprint()
        if stamp.exists() and stamp.read_text() == fingerprint:
            self._say("static files", "up to date", started)
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(fingerprint)
        self._say("static files", "collected", started)

    def _say(self, what: str, done: str, started: float) -> None:
        self.stdout.write(f"{what}: {done} ({time.monotonic() - started:.1f} s)")


def _broker_folders() -> list[Path]:
    if not settings.CELERY_BROKER_URL.startswith("filesystem:"):
        return []
    return [settings.BROKER_DIR / "messages", settings.BROKER_DIR / "control"]


def _fingerprint() -> str:
    """Return a digest that changes with any static file: collecting takes far longer."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _about_database(error: DatabaseError) -> str:
    reason = next(iter(str(error).strip().splitlines()), "no reason given").rstrip(".")
    if settings.DATABASE_IS_EMBEDDED:
        return f"The embedded database cannot be used: {reason}."
    what_to_do = next((hint for words, hint in _HINTS if words in reason), "check DATABASE_URL")
    return f"The database cannot be used ({reason}): {what_to_do}."
