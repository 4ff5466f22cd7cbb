"""A whole Candid, started as a newcomer starts it, whose processes can be killed by name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from config import embedded_postgres
from config.env import BASE_DIR
from tests.browser.stack import free_ports, until


@dataclass
class House:
    """A Candid that was started by its own supervisor."""

    address: str
    database: str
    supervisor: psutil.Process
    kills: list[str]

    def kill(self, name: str, *, what: str) -> None:
        """Kill (SIGKILL) one process of this kind, as the kernel would for want of memory."""
        for process in reversed(self.supervisor.children(recursive=True)):
            # One of them may be ending by itself at this moment.
            with suppress(psutil.NoSuchProcess):
                leaf = name != "worker" or not process.children()
                if what in " ".join(process.cmdline()) and leaf:
                    process.kill()
                    self.kills.append(f"{name} (pid {process.pid})")
                    return
        raise AssertionError(f"there is no process of {name} to kill")

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """Ask the database, as the one witness that no page stands before."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(question).fetchall()


@contextmanager
def living(folder: Path) -> Iterator[House]:
    """Run `make up`'s program in `folder` until the end of the block."""
    port, inbox_port = free_ports(2)
    address = f"http://127.0.0.1:{port}"
    settings = {
        "CANDID_VAR": str(folder),
        "DATABASE_URL": "",
        "PORT": str(port),
        "INBOX_PORT": str(inbox_port),
        "PUBLIC_URL": address,
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    # PostgreSQL runs as another account when we are root, and has to get in.
    folder.chmod(0o711)
    log = (folder / "up.txt").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "config.up"],
        cwd=BASE_DIR,
        env={**os.environ, **settings},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        until(
            lambda: process.poll() is not None or "running:" in Path(log.name).read_text(),
            "Candid runs",
            seconds=180,
        )
        assert process.poll() is None, "Candid did not start"
        yield House(address, embedded_postgres.url(folder), psutil.Process(process.pid), [])
    except BaseException:
        print(Path(log.name).read_text()[-6000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(60)
