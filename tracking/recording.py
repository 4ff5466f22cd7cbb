"""Record hits in the spool; what the disk does not take waits in memory until it does. Pure.

A full disk is somebody else's fault and soon mended: readers are answered, and their hits
are written as soon as there is room. Only what waits while its process is killed is lost.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable

logger = logging.getLogger(__name__)

# Some ten megabytes of a process.
MOST = 50_000
RETRY_SECONDS = 1.0


class Recorder:
    """Appends records, or keeps them until they can be. Safe between threads, and across forks."""

    def __init__(
        self,
        append: Callable[[bytes], None],
        *,
        most: int = MOST,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._append = append
        self._most = most
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._held: deque[bytes] = deque()
        # The process whose records these are, and whose thread tries again.
        self._pid = 0

    def record(self, record: bytes) -> None:
        """Keep one record. Raises `OSError` when neither disk nor memory has room for it."""
        try:
            self._append(record)
        except OSError as error:
            self._hold(record, error)

    def flush(self) -> int:
        """Write what waits, as far as the disk takes it, and return how many still wait."""
        with self._writing:
            while self._held and self._pid == os.getpid():
                try:
                    self._append(self._held[0])
                except OSError:
                    break
                self._held.popleft()
            return len(self._held) if self._pid == os.getpid() else 0

    def _hold(self, record: bytes, error: OSError) -> None:
        with self._lock:
            if self._pid != os.getpid():
                self._held.clear()  # A fork inherits what its parent will write.
            if len(self._held) >= self._most:
                raise OSError(error.errno, "neither disk nor memory has room") from error
            self._held.append(record)
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            threading.Thread(target=self._retry, daemon=True, name="recording").start()
        logger.error("The spool cannot be written; opens and clicks wait in memory: %s", error)

    def _retry(self) -> None:
        while True:
            time.sleep(self._retry_seconds)
            self.flush()
            with self._lock:
                if not self._held:
                    self._pid = 0
                    break
        logger.warning("The spool can be written again; nothing waits any more")
