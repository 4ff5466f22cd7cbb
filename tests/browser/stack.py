"""Run Candid as it runs for its users: the same programs, on a database and ports of their own.

Django's live server would bypass the tracking front, so the web server is the real one.
"""

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import sql

from config import programs
from config.children import signal_group, spawn
from config.env import BASE_DIR, env
from tests import databases, environment

# A public address in Sweden: pages are opened from loopback, which lies in no country.
READER_ADDRESS = "81.227.0.10"
START_SECONDS = 90

T = TypeVar("T")


@dataclass
class Stack:
    """A running Candid."""

    address: str
    var: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    commands: dict[str, Sequence[str]] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed."""
        done = subprocess.run(
            [*programs.PYTHON, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"manage.py {arguments} failed:\n{done.stdout}{done.stderr}"
        return done.stdout

    def query(self, sql: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database, past all pages; return the rows of the answer."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def start(self, run: programs.Run, names: Sequence[str]) -> None:
        """Start the programs of these names, and wait until the web server answers."""
        for program in programs.all_of(run):
            if program.name in names:
                self.commands[program.name] = program.command
                self.start_again(program.name)
        until(self._answers, "the web server answers", seconds=START_SECONDS)

    def start_again(self, name: str) -> None:
        """Start a program that ended."""
        self.processes[name] = self._spawn(name, self.commands[name])

    def kill(self, name: str) -> None:
        """End a program and all that it forked at once, as `kill -9` does."""
        signal_group(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        """End every process that was started here, and what it forked."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            signal_group(process.pid, signal.SIGKILL)
            process.wait()

    def log(self) -> str:
        """Return what all programs said, for the message of a test that failed."""
        return "\n".join(
            f"--- {path.stem}\n{path.read_text()[-4000:]}" for path in self.var.glob("log/*.txt")
        )

    def _spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        log = self.var / "log" / f"{name}.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        # A file, not a pipe: nobody reads along, and a full pipe would stop the program.
        tee = ["sh", "-c", 'exec "$@" >>"$0" 2>&1', str(log), *command]
        return spawn(tee, env=self.environment, cwd=BASE_DIR)

    def _answers(self) -> bool:
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} ended:\n{self.log()}"
        host, _, port = self.address.removeprefix("http://").partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


@contextlib.contextmanager
def running(var: Path, *, names: Sequence[str], prepare: Sequence[str] = ()) -> Iterator[Stack]:
    """Give a Candid with an empty database; run these commands before it starts."""
    with _database() as url:
        port, inbox_port = free_ports(2)
        address = f"http://127.0.0.1:{port}"
        values = {
            **os.environ,
            "CANDID_VAR": str(var),
            "DATABASE_URL": url,
            "PORT": str(port),
            "INBOX_PORT": str(inbox_port),
            "PUBLIC_URL": address,
            "TRACKING_URL": address,
            # The browser stands in for a proxy that tells where the reader is.
            "TRUSTED_PROXIES": "127.0.0.1",
            "WEB_WORKERS": "1",
            "CHROMIUM": "none",
            # A browser that is driven opens a mail in the second it arrives, which else would
            # be taken for a machine's doing.
            "HUMAN_DELAY_SECONDS": "0",
        }
        run = replace(
            programs.Run.from_environment(var, env),
            var=var,
            port=port,
            inbox_port=inbox_port,
            address=address,
            web_workers=1,
            base=values,
        )
        stack = Stack(address, var, run.environment())
        with _shared_static_files(var):
            stack.manage("prepare")
        for command in prepare:
            stack.manage(command)
        try:
            stack.start(run, names)
            yield stack
        finally:
            stack.stop()


def until(question: Callable[[], T], what: str, *, seconds: float = 90) -> T:
    """Ask until the answer is true, and return it; fail with words when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain until {what}"
        time.sleep(0.1)


@contextlib.contextmanager
def _database() -> Iterator[str]:
    """Give the address of a new database, on the server that the other tests use too.

    With all tables, where a test has made them: migrating takes longer than all else.
    """
    server = databases.url().rpartition("/")[0]
    name = f"candid_browser_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        migrated = databases.migrated()
        made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [migrated])
        names = (name, migrated if made.fetchone() else "template1")
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, names))
        )
        try:
            yield f"{server}/{name}"
        finally:
            # Without FORCE, which may not end a vacuum that is at it: all of ours have stopped.
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


@contextlib.contextmanager
def _shared_static_files(var: Path) -> Iterator[None]:
    """Collect and compress static files once for all stacks of a run: it takes seconds.

    Away from the folder of the tests without a browser, whose WhiteNoise lists theirs at any time.
    """
    shared = Path(os.environ[environment.FOLDER]) / "collected"
    shared.mkdir(exist_ok=True)
    var.mkdir(parents=True, exist_ok=True)
    (var / "static").symlink_to(shared)
    with (shared.parent / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Another test process may be at it.
        yield


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, at this moment."""
    with contextlib.ExitStack() as sockets:
        taken = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]
