"""Two who write the same rows at one moment, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

from tests.browser.stack import until

T = TypeVar("T")


def beside(pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
    """Begin `work` on a connection of its own; return once it is done, or waits for our locks."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    begun = pool.submit(run)
    until(lambda: begun.done() or _somebody_waits_for_us(), "it waits for us, or is done")
    return begun


def _somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
