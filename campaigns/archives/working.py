"""Hold a job while working on it: one worker at a time, and another when that one dies.

Beside the work, a thread says every few seconds, on a connection of its own, that we still
live and how far we are. When it hears that the job is cancelled, or another's, it stops the
statement that runs.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

from django.db import DatabaseError, connection, connections, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.archives.models import Job

logger = logging.getLogger(__name__)

BEAT = 1.0
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5


class ClaimLostError(Exception):
    """Somebody else works on it now, or it was cancelled."""


class Heart:
    """Beats while a job is worked on. A context; call it with how far the work is."""

    def __init__(self, job: Job) -> None:
        self._job, self._stop, self._lost = job, threading.Event(), False
        self._done, self._total = 0, 0
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        connection.ensure_connection()
        self._ours: Any = connection.connection
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        if self._lost and isinstance(error, DatabaseError):
            raise ClaimLostError from error

    def __call__(self, done: int, total: int) -> None:
        """Note how far the work is. Raises `ClaimLostError` when it is not ours any more."""
        self._done, self._total = done, total
        if self._lost:
            raise ClaimLostError

    def _beat(self) -> None:
        beside = connections.create_connection("default")
        try:
            while not self._stop.wait(BEAT):
                try:
                    self._lost = self._lost or not self._renew(beside)
                except DatabaseError:
                    # The work itself meets it, too, and ends; until then we try on.
                    beside.close()
                if self._lost:
                    self._ours.cancel()
        finally:
            beside.close()

    def _renew(self, beside: Any) -> bool:
        with beside.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self._job._meta.db_table}"  # noqa: S608 - a constant
                " SET lease_until = now() + %(lease)s, done = %(done)s, total = %(total)s"
                " WHERE id = %(pk)s AND claim_token = %(token)s AND status = 'running'",
                {
                    "lease": LEASE,
                    "done": self._done,
                    "total": self._total,
                    "pk": self._job.pk,
                    "token": self._job.claim_token,
                },
            )
            return bool(cursor.rowcount)


def run(model: type[Job], pk: int, work: Callable[[Any, Heart], None]) -> None:
    """Do the work of a job that waits or was abandoned. Does nothing when it is not ours."""
    job = _claim(model, pk)
    if job is None:
        return
    try:
        with Heart(job) as heart:
            work(job, heart)
    except ClaimLostError:
        logger.warning("%s %s was cancelled or taken over", model.__name__, pk)


def cancel(job: Job) -> bool:
    """Stop a job; say whether this call was the one."""
    moved = type(job).objects.filter(pk=job.pk).unfinished()
    return bool(
        moved.update(status=Job.Status.CANCELLED, claim_token=None, finished_at=timezone.now())
    )


def end(job: Job, status: str, **values: Any) -> bool:
    """Say how a job of ours ended; say whether it was still ours."""
    mine = type(job).objects.held_by(job.claim_token).filter(pk=job.pk)
    return bool(mine.update(status=status, claim_token=None, finished_at=timezone.now(), **values))


def resume(model: type[Any], ring: Callable[[int], object]) -> int:
    """Ring for each job that should run and does not; return how many."""
    ids = list(model.objects.abandoned().order_by("pk").values_list("pk", flat=True)[:100])
    for pk in ids:
        ring(pk)
    return len(ids)


def _claim(model: type[Any], pk: int) -> Any:
    with transaction.atomic():
        rows = model.objects.abandoned().select_for_update(skip_locked=True)
        job = rows.filter(pk=pk).first()
        if job is None:
            return None
        job.attempts += 1
        job.claim_token = uuid.uuid4()
        # By the database's clock, which whoever asks for it goes by, too.
        job.lease_until = Now() + LEASE
        job.status = Job.Status.RUNNING
        job.save(update_fields=["attempts", "claim_token", "lease_until", "status"])
        job.refresh_from_db(fields=["lease_until"])
    if job.attempts > MAX_ATTEMPTS:
        end(job, Job.Status.FAILED, error=_("It stopped several times without an end."))
        return None
    return job
