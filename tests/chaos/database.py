"""A PostgreSQL of the run's own, that is made to crash and comes back."""

import signal
import subprocess
import time
from pathlib import Path

from config import embedded_postgres
from config.children import spawn
from config.embedded_postgres import PostgresError, Server

# After its postmaster was killed, the server's other processes take a moment to notice.
RETRY_SECONDS = 60.0


class Database:
    """A durable server, as production has one: a commit that it confirmed is on disk."""

    def __init__(self, folder: Path) -> None:
        self.url = embedded_postgres.url(folder)
        self._server = Server(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Database":
        self._start()
        self._server.make_database()
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)

    def crash(self, number: signal.Signals) -> None:
        """Take the server down as `number` does, and bring it back.

        SIGQUIT is `pg_ctl stop -m immediate`; SIGKILL takes only the postmaster, as the
        kernel would for want of memory. Either way the log is replayed.
        """
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)
        self._start()

    def _start(self) -> None:
        deadline = time.monotonic() + RETRY_SECONDS
        while True:
            self._server.prepare()
            self._process = spawn(
                self._server.command(),
                env=self._server.environment(),
                account=self._server.account,
                cwd=self._server.home.path,
                death_signal=signal.SIGINT,
            )
            try:
                self._server.wait_until_answering(self._look_after)
                return
            except PostgresError:
                self._process.wait(60)
                if time.monotonic() > deadline:
                    raise

    def _look_after(self, seconds: float) -> None:
        assert self._process is not None
        if self._process.poll() is not None:
            raise PostgresError("The server ended while it started.")
        time.sleep(seconds)
