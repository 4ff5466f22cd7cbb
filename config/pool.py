"""Celery's pool of processes, any of which may be killed at any moment.

Under a broker without an event loop (the embedded one), billiard hands jobs out through one
pipe that is guarded by a semaphore, and the child that waits for the next job holds it. A
child that is killed takes the semaphore along: no other child of that worker gets a job ever
again. A record lock belongs to a process, and the kernel gives it back when that ends.
"""

import fcntl
import tempfile
from typing import Any

from billiard.pool import Pool
from celery.concurrency import prefork


class RecordLock:
    """A lock between processes that ends with its owner."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # As long as the pool.

    def acquire(self) -> None:
        """Wait for the lock and take it."""
        fcntl.lockf(self._file, fcntl.LOCK_EX)

    def release(self) -> None:
        """Give it back."""
        fcntl.lockf(self._file, fcntl.LOCK_UN)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_exc: object) -> None:
        self.release()


class MortalPool(Pool):
    """billiard's pool, with locks that outlive nobody."""

    def _setup_queues(self) -> None:
        # billiard's stubs do not know of these.
        super()._setup_queues()  # type: ignore[misc]
        queues: Any = self
        # Only children read the one and write the other: one thread of each.
        queues._inqueue._rlock = RecordLock()
        queues._outqueue._wlock = RecordLock()


class TaskPool(prefork.TaskPool):
    """Celery's prefork pool over it."""

    BlockingPool = MortalPool
