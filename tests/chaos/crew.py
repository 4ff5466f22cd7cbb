"""The processes of a run: Celery's workers and beat, and whoever takes the mails.

Each leads a group of its own and is marked, so that all can be ended whatever happens; none
of them outlives the process that started it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import psutil

from config.children import MARK, die_with, left_behind, signal_group

BASE = Path(__file__).resolve().parents[2]
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "tests.chaos.hasty")
WORKER = (
    *CELERY,
    "worker",
    "--pool=prefork",
    "--concurrency=2",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
)
BEAT = (*CELERY, "beat", "--scheduler=celery.beat:Scheduler", "--pidfile=")
# Connections of each sending process, and the most that is under way on one of them.
CONNECTIONS = 3
WINDOW = 32
# Seconds, all of them, shorter than in life but in the same order.
LEASE, ORPHAN, INTENT, REPLY = 3, 2, 5, 2


def settings(database_url: str, broker_url: str = "") -> dict[str, str]:
    """Return the environment of a sending process that has no time."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "DATABASE_POOL": "10",
        "CELERY_BROKER_URL": broker_url,
        "ALLOW_PRIVATE_HOSTS": "true",
        "SEND_CONNECTIONS": str(CONNECTIONS),
        "SEND_WORKERS": "4",
        "SEND_LEASE_SECONDS": str(LEASE),
        "SEND_INTENT_SECONDS": str(INTENT),
        "SEND_ORPHAN_SECONDS": str(ORPHAN),
        "SEND_REPLY_SECONDS": str(REPLY),
        "SEND_CLAIM_ROWS": "100",
        "LOG_LEVEL": "ERROR",
    }


class Crew:
    """Named processes that can be killed and started again."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = {**environment, MARK: str(folder)}
        self._commands: dict[str, tuple[str, ...]] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: tuple[str, ...]) -> None:
        """Start a process; what it says goes into a file of its name."""
        self._commands[name] = command
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command,
                cwd=BASE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(die_with, os.getpid(), signal.SIGKILL),
            )

    def workers(self) -> list[str]:
        """Return the names of the Celery workers."""
        return [name for name in self._processes if name.startswith("worker")]

    def children(self, name: str) -> list[psutil.Process]:
        """Return the pool of a worker: the processes that send."""
        try:
            return list(psutil.Process(self._processes[name].pid).children())
        except psutil.NoSuchProcess:
            return []

    def kill(self, name: str) -> None:
        """End a process and all it forked, without a word."""
        process = self._processes[name]
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, name: str) -> None:
        """Kill it and start it again."""
        self.kill(name)
        self.start(name, self._commands[name])

    def tend(self) -> int:
        """Start again whoever has ended by itself, as a supervisor does, and return how many.

        Celery's worker gives up when one of its processes is killed before the pool has started.
        """
        ended = [name for name, process in self._processes.items() if process.poll() is not None]
        for name in ended:
            self.restart(name)
        return len(ended)

    def stop(self) -> None:
        """End all, also whoever has left the group that it was started in."""
        for name in self._processes:
            self.kill(name)
        for pid in left_behind(str(self.folder)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def words(self, name: str, most: int = 3000) -> str:
        """Return the end of what a process said, for the message of a run that failed."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-most:]


def is_at_work(process: psutil.Process, port: int) -> bool:
    """Whether the process holds a connection to whoever takes the mails."""
    with suppress(psutil.Error):
        links = process.net_connections(kind="tcp")
        return any(link.raddr and link.raddr.port == port for link in links)
    return False
