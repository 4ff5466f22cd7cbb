"""What Candid consists of at run time: each process, its command and its environment."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ

from config.children import MARK
from config.embedded_postgres import Server
from config.env import BASE_DIR
from config.supervisor import Program

PYTHON = (sys.executable,)


@dataclass(frozen=True)
class Run:
    """One start of Candid: where it lives and listens."""

    var: Path
    host: str
    port: int
    inbox_port: int
    address: str
    web_workers: int
    web_threads: int
    send_workers: int
    base: Mapping[str, str]

    @classmethod
    def from_environment(cls, var: Path, env: environ.Env) -> "Run":
        port = env.int("PORT", default=8000)
        return cls(
            var=var,
            host=env.str("HOST", default="127.0.0.1"),
            port=port,
            inbox_port=env.int("INBOX_PORT", default=8025),
            address=env.str("PUBLIC_URL", default=f"http://127.0.0.1:{port}").rstrip("/"),
            web_workers=env.int("WEB_WORKERS", default=2),
            web_threads=env.int("WEB_THREADS", default=16),
            send_workers=env.int("SEND_WORKERS", default=2),
            base=dict(os.environ),
        )

    @property
    def mark(self) -> str:
        """What tells processes of this run from all others."""
        return str(self.var)

    def environment(self) -> dict[str, str]:
        """Return the environment of every process but the database."""
        ours = {"PYTHONUNBUFFERED": "1", "LOG_FORMAT": "plain", "CANDID_VAR": str(self.var)}
        return {**ours, **self.base, "CANDID_VAR": str(self.var), MARK: self.mark}


def all_of(run: Run) -> list[Program]:
    """Return every process but the database, in the order of starting."""
    # Celery warns of root because of pickle, which we do not accept.
    warnings = "-Wignore:You're running the worker"
    celery = [*PYTHON, warnings, "-m", "celery", "--quiet", "-A", "config"]
    return [
        _program(run, "web", web(run), unheard=("Configuration allows spawning",)),
        _program(run, "inbox", [*PYTHON, "manage.py", "inbox"]),
        _program(run, "drain", [*PYTHON, "manage.py", "drain"]),
        _program(
            run,
            "worker",
            [
                *celery,
                "worker",
                "--pool=prefork",
                # One more than send, so that ticks and imports never wait for a campaign.
                f"--concurrency={run.send_workers + 1}",
                "--without-gossip",
                "--without-mingle",
                "--without-heartbeat",
            ],
            patience=60.0,
            # Its name, celery@host, is taken for an address.
            unheard=("[e-mail] ready.",),
        ),
        _program(
            run,
            "beat",
            # What was due is in the database: beat need not remember, and so cannot be confused.
            [*celery, "beat", "--scheduler=celery.beat:Scheduler", "--pidfile="],
            stop_signal=signal.SIGKILL,
        ),
    ]


def web(run: Run) -> list[str]:
    """Return the command of the web server."""
    return [
        *PYTHON,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={run.host}",
        f"--port={run.port}",
        f"--workers={run.web_workers}",
        # Enough that pages which wait for the database leave threads to the pixel.
        f"--blocking-threads={run.web_threads}",
        # Without it, one killed worker ends the whole server.
        "--respawn-failed-workers",
        "--respawn-interval=0.5",
        "--workers-kill-timeout=8",
        "--no-ws",
        "--http=1",
        "--log-level=warning",
        "--no-access-log",
        "config.wsgi:application",
    ]


def postgres(server: Server) -> Program:
    """Return the embedded database. It stops by SIGINT: at once, and cleanly."""
    return Program(
        name="database",
        command=server.command(),
        env=server.environment(),
        account=server.account,
        cwd=server.home.path,
        stop_signal=signal.SIGINT,
        patience=60.0,
        before=server.prepare,
        unheard=("redirecting log output", "Future log output"),
    )


def _program(run: Run, name: str, command: list[str], **options: Any) -> Program:
    return Program(name=name, command=command, env=run.environment(), cwd=BASE_DIR, **options)
