"""Run tracking as it runs for its users, to be killed: a web server and drainers."""

from __future__ import annotations

import contextlib
import http.client
import os
import selectors
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from config import programs
from config.children import signal_group, spawn
from config.env import BASE_DIR
from tests import databases
from tests.browser.stack import until

START_SECONDS = 60


@dataclass
class Machine:
    """A host with a spool, a web server for tracking alone, and drainers."""

    var: Path
    database_url: str = field(default_factory=databases.url)
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def spool(self) -> Path:
        return self.var / "spool"

    def start_web(self, *, workers: int = 1) -> subprocess.Popen[bytes]:
        """Start the web server, which replaces workers that die, and wait until it answers."""
        self.port = self.port or _free_port()
        process = self.start(
            *("-m", "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={self.port}"),
            *(f"--workers={workers}", "--respawn-failed-workers", "--respawn-interval=0.2"),
            *("--blocking-threads=4", "--http=1", "--log-level=warning"),
            *("--no-access-log", "--no-ws", "config.tracking_wsgi:application"),
        )
        until(self._answers, f"the web server answers\n{self.log()}", seconds=START_SECONDS)
        return process

    def start_drainer(self) -> subprocess.Popen[bytes]:
        return self.start("manage.py", "drain")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill -9 a process and all it forked."""
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes:
            self.kill(process)

    def log(self) -> str:
        path = self.var / "log.txt"
        return path.read_text()[-4000:] if path.exists() else ""

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start Python with these arguments, as a process of this host."""
        self.var.mkdir(exist_ok=True)
        command = ["sh", "-c", 'exec "$@" >>"$0" 2>&1', str(self.var / "log.txt")]
        environment = {
            **os.environ,
            "CANDID_VAR": str(self.var),
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": settings.SECRET_KEY,
            "HUMAN_DELAY_SECONDS": "0",
        }
        process = spawn([*command, *programs.PYTHON, *arguments], env=environment, cwd=BASE_DIR)
        self.processes.append(process)
        return process

    def _answers(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get("/") == 404
        return False

    def get(self, path: str) -> int:
        """Ask once, on a connection of its own, and return the status."""
        with contextlib.closing(self.connect()) as connection:
            return ask(connection, path)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)


def ask(connection: http.client.HTTPConnection, path: str) -> int:
    connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0 (X11) Firefox/131.0"})
    response = connection.getresponse()
    response.read()
    return response.status


class Relay:
    """Stands before the database, and can be cut like a cable."""

    def __init__(self) -> None:
        self._listener: socket.socket | None = None
        self._pairs: list[socket.socket] = []
        self.port = _free_port()

    @property
    def url(self) -> str:
        parts = urlsplit(databases.url())
        login = parts.netloc.rpartition("@")[0]
        return f"postgresql://{login}@127.0.0.1:{self.port}{parts.path}"

    def mend(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=True)
        self._listener = listener
        threading.Thread(target=self._serve, args=[listener], daemon=True).start()

    def cut(self) -> None:
        if self._listener is not None:
            # Closing alone would leave the thread waiting in accept().
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for end in self._pairs:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            far = _to_database()
            self._pairs += [near, far]
            threading.Thread(target=_pump, args=[near, far], daemon=True).start()


@contextlib.contextmanager
def relay() -> Iterator[Relay]:
    cable = Relay()
    cable.mend()
    try:
        yield cable
    finally:
        cable.cut()


def _to_database() -> socket.socket:
    found = settings.DATABASES["default"]
    port = int(found["PORT"] or 5432)
    if found["HOST"].startswith("/"):  # A folder of sockets.
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{found['HOST']}/.s.PGSQL.{port}")
        return far
    return socket.create_connection((found["HOST"], port))


def _pump(near: socket.socket, far: socket.socket) -> None:
    other = {near: far, far: near}
    with selectors.DefaultSelector() as ready, near, far:
        for end in other:
            ready.register(end, selectors.EVENT_READ)
        with contextlib.suppress(OSError):
            while True:
                for key, _events in ready.select():
                    end = near if key.fileobj is near else far
                    data = end.recv(65536)
                    if not data:
                        return
                    other[end].sendall(data)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
