"""Run all of Candid on this machine: what `make up` ends in.

Database first, then tables and static files, then every process under one supervisor. Says
in plain lines what happens, and on the first trouble one sentence about what to do.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import preflight, programs
from config.children import die_with
from config.embedded_postgres import PostgresError, Server
from config.env import BASE_DIR, VAR_DIR, database, env
from config.preflight import StartError
from config.programs import Run
from config.supervisor import Supervisor

# What is stopped together, and in which order: those who write first, the database last.
STOPPING = (("beat", "web", "worker"), ("drain", "inbox"), ("database",))


def main() -> int:
    """Run until told to stop, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m config.up", description=__doc__)
    parser.add_argument("--demo", action="store_true", help="make the sample workspace first")
    parser.add_argument("--only-database", action="store_true", help="to restore a backup")
    options = parser.parse_args()
    _end_with_make()
    supervisor = Supervisor(say)
    lock: TextIO | None = None
    code = 0
    try:
        run = Run.from_environment(VAR_DIR, env)
        lock = preflight.lock(run)
        supervisor.catch_signals()
        _start(supervisor, run, demo=options.demo, only_database=options.only_database)
        supervisor.run(until=lambda: False)
    except (StartError, PostgresError, ImproperlyConfigured) as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        code = 1
    except OSError as error:
        print(f"\n{preflight.about(error)}", file=sys.stderr, flush=True)
        code = 1
    finally:
        _stop(supervisor)
        if lock is not None:
            lock.close()
    return code


def say(name: str, text: str) -> None:
    """Print a line of a program, with its name before it."""
    with suppress(BrokenPipeError):
        print(f"{name:<8} | {text}", flush=True)


def tell(text: str) -> None:
    """Print a line of our own."""
    with suppress(BrokenPipeError):
        print(text, flush=True)


def _start(supervisor: Supervisor, run: Run, *, demo: bool, only_database: bool) -> None:
    started = time.monotonic()
    left = preflight.ask_left_behind_to_end(run)
    preflight.look_for_room(run)
    run_env = run.environment()
    if env.str("DATABASE_URL", default=""):
        database(env.str("DATABASE_URL"))  # Says what is wrong with it, before anything starts.
        tell("database: the one that DATABASE_URL names")
    else:
        _start_database(supervisor, run)
    if left:
        preflight.end_left_behind(run)
        tell(f"ended {left} processes that an earlier run left behind")
    if only_database:
        return
    preflight.look_at_ports(run)
    _command(supervisor, run_env, "prepare")
    if demo:
        _command(supervisor, run_env, "demo")
    for program in programs.all_of(run):
        if supervisor.stopping:
            return
        supervisor.start(program)
    _wait_for_web(supervisor, run)
    if not supervisor.stopping:
        names = ", ".join(supervisor.children)
        tell(f"running: {names} ({time.monotonic() - started:.1f} s in all)")
        tell(f"\n  {_what_next(run)}\n  Ctrl-C stops everything.\n")


def _start_database(supervisor: Supervisor, run: Run) -> None:
    started = time.monotonic()
    server = Server(run.var)
    # One that a killed run left is on its way down: the kernel told it to stop.
    server.wait_until_silent(30)
    first = server.prepare()
    supervisor.start(programs.postgres(server))

    def pump(seconds: float) -> None:
        supervisor.turn(seconds)
        if supervisor.stopping:
            raise StartError("Stopped before the database was ready.")

    server.wait_until_answering(pump)
    server.make_database()
    how = "made and ready" if first else "ready"
    tell(f"database: {how} ({time.monotonic() - started:.1f} s)")


def _command(supervisor: Supervisor, run_env: dict[str, str], name: str) -> None:
    """Run a management command; its lines are ours as they come, its last words our error."""
    lines: list[str] = []
    with tempfile.TemporaryFile("w+", dir=VAR_DIR) as errors:
        process = subprocess.Popen(
            [*programs.PYTHON, "manage.py", name],
            cwd=BASE_DIR,
            # Without a pool, a database that is down is told at once, and why.
            env={**run_env, "DATABASE_POOL": "0"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        for line in process.stdout or ():
            lines.append(line)
            tell(line.rstrip())
        process.wait()
        errors.seek(0)
        said = errors.read()
    if supervisor.stopping:
        raise StartError("Stopped.")
    if process.returncode:
        log = _keep(name, "".join(lines) + said)
        last = [line for line in said.splitlines() if line.strip()] or ["no reason given"]
        reason = last[-1].strip().removeprefix("CommandError: ")
        raise StartError(f"{reason}\n(`manage.py {name}` failed; all it said is in {log})")


def _keep(name: str, text: str) -> Path:
    path = VAR_DIR / "log" / f"{name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _wait_for_web(supervisor: Supervisor, run: Run) -> None:
    started = time.monotonic()
    while not supervisor.stopping:
        supervisor.turn(0.1)
        status, body, _ = _ask(run, "/readyz")
        if status == 200:
            tell(f"web: ready ({time.monotonic() - started:.1f} s)")
            return
        if time.monotonic() - started > 60:
            raise StartError(
                f"The web server is not ready after 60 s: {body or 'it does not answer'}"
            )


def _what_next(run: Run) -> str:
    _, _, location = _ask(run, "/")
    if urlsplit(location).path == "/setup/":
        return f"Open {run.address}/setup/ to make your workspace."
    return f"Open {run.address}/ and sign in."


def _ask(run: Run, path: str) -> tuple[int, str, str]:
    """Return status, body and Location of a page of ours; status 0 when nobody answers."""
    host = "127.0.0.1" if run.host in ("0.0.0.0", "::", "") else run.host  # noqa: S104
    link = http.client.HTTPConnection(host, run.port, timeout=15)
    try:
        link.request("GET", path, headers={"Host": urlsplit(run.address).netloc})
        answer = link.getresponse()
        return (
            answer.status,
            answer.read().decode(errors="replace"),
            answer.headers["Location"] or "",
        )
    except (OSError, http.client.HTTPException):
        return 0, "", ""
    finally:
        link.close()


def _stop(supervisor: Supervisor) -> None:
    if not supervisor.children:
        return
    started = time.monotonic()
    tell("\nstopping …")
    for names in STOPPING:
        supervisor.stop(names)
    tell(f"stopped ({time.monotonic() - started:.1f} s)")


def _end_with_make() -> None:
    """When make started us, end when it is killed: nobody else would know of us."""
    if os.environ.get("MAKELEVEL"):
        die_with(os.getppid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
