"""Ask each part that Candid stands on whether it works. Used by `/readyz` and by `doctor`.

A probe returns a sentence about what it found, or raises `ProbeError` with one that says
what is wrong and what to do.
"""

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import maxminddb
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import KombuError

from campaigns.sending import fence
from campaigns.sending.fence import Standing
from campaigns.sending.querysets import moves
from config.celery import app
from tracking.spool import make_folder

logger = logging.getLogger(__name__)

LEAST_SERVER_VERSION = 150000
LEAST_FREE_BYTES = 500 * 2**20
LARGEST_CLOCK_DIFFERENCE = 2.0

Probe = Callable[[], str]


class ProbeError(Exception):
    """A part does not work; the message says what is wrong in one line."""


def database() -> str:
    """Ask the database for its version."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int")
            version = cursor.fetchone()[0]
    except DatabaseError as error:
        logger.warning("The database does not answer", exc_info=True)
        where = "the embedded server is not running: start it by `make up`"
        if not settings.DATABASE_IS_EMBEDDED:
            where = "check DATABASE_URL, and that the server runs"
        raise ProbeError(f"does not answer; {where}") from error
    if version < LEAST_SERVER_VERSION:
        raise ProbeError(f"is PostgreSQL {version // 10000}; at least 15 is needed")
    return f"PostgreSQL {version // 10000}.{version % 10000} answers"


def sending() -> str:
    """Say whether campaigns may be sent from this database."""
    try:
        unsafe = moves.unsafe_settings()
        standing = fence.standing()
    except DatabaseError as error:
        raise ProbeError("cannot be asked for: the database does not answer") from error
    if unsafe:
        raise ProbeError(
            f"refused: {' and '.join(unsafe)} is off in PostgreSQL, so a crash could mail people"
            " twice; turn it on"
        )
    if standing is Standing.QUIET:
        return "kept quiet: no campaign is sent from this copy"
    if standing is not Standing.OPEN:
        raise ProbeError(
            "locked: this database looks like a copy; decide on any page, or by `manage.py fence`"
        )
    return "allowed from this database"


def migrations() -> str:
    """Say whether the tables are those that this version expects."""
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise ProbeError("cannot be asked for: the database does not answer") from error
    if plan:
        raise ProbeError(f"{len(plan)} not applied; run `manage.py migrate`")
    return "all applied"


def broker() -> str:
    """Connect to Celery's broker."""
    kind = settings.CELERY_BROKER_URL.partition(":")[0]
    if kind == "filesystem":
        _write_into(Path(settings.BROKER_DIR) / "messages")
        return "filesystem, writable"
    try:
        with app.connection_for_write(connect_timeout=3) as link:
            link.ensure_connection(max_retries=1, timeout=3)
    except (OSError, KombuError) as error:
        logger.warning("The broker does not answer", exc_info=True)
        raise ProbeError(f"{kind} does not answer; check CELERY_BROKER_URL") from error
    return f"{kind} answers"


def spool() -> str:
    """Write a file into the spool, where opens and clicks are kept first."""
    folder = Path(settings.SPOOL_DIR)
    with _writing(folder):
        make_folder(folder)
    _write_into(folder)
    return "writable"


def disk() -> str:
    """Say how much room is left where we write."""
    free = shutil.disk_usage(settings.SPOOL_DIR.parent).free
    if free < LEAST_FREE_BYTES:
        raise ProbeError(f"only {free // 2**20} MB free on the disk of {settings.SPOOL_DIR.parent}")
    return f"{free / 2**30:.1f} GB free"


def clock() -> str:
    """Compare our clock with the database's: schedules and tokens rely on both."""
    try:
        with connection.cursor() as cursor:
            before = time.time()
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
            theirs = cursor.fetchone()[0]
            ours = (before + time.time()) / 2
    except DatabaseError as error:
        raise ProbeError("cannot be compared: the database does not answer") from error
    difference = abs(ours - theirs)
    if difference > LARGEST_CLOCK_DIFFERENCE:
        raise ProbeError(f"differs from the database's by {difference:.0f} s; set both by NTP")
    if datetime.now(UTC).year < 2025:
        raise ProbeError("stands in the past; set it by NTP")
    return f"agrees with the database's to {difference * 1000:.0f} ms"


def geoip() -> str:
    """Open the operator's place database, and say how old it is."""
    if not settings.GEOIP_PATH:
        return "the country database that ships with Candid"
    try:
        with maxminddb.open_database(settings.GEOIP_PATH) as reader:
            details = reader.metadata()
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise ProbeError(f"{settings.GEOIP_PATH} cannot be read: {error}") from error
    built = datetime.fromtimestamp(details.build_epoch, UTC)
    return f"{details.database_type} of {built:%Y-%m-%d}"


def _write_into(folder: Path) -> None:
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ready")
            file.flush()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProbeError(f"{folder} cannot be written: {error.strerror}") from error
