"""`make up`, as a newcomer meets it: the real thing, in a folder and on ports of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config.children import MARK, left_behind, spawn
from config.embedded_postgres import Server

BASE = Path(__file__).resolve().parent.parent.parent
# All programs start at once, on a machine that runs other tests beside them.
SECONDS = 120


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder that PostgreSQL's account can reach."""
    folder = Path(f"/tmp/candid-up-{os.getpid()}-{time.monotonic_ns()}")
    folder.mkdir(mode=0o711)
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.fixture
def environment(var: Path) -> dict[str, str]:
    names = ("PATH", "HOME", "LANG", "CANDID_ENV_FILE")
    ports = {"PORT": str(free_port()), "INBOX_PORT": str(free_port())}
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, **ports, "CANDID_VAR": str(var), "WEB_WORKERS": "1", "SEND_WORKERS": "1"}


@pytest.fixture
def up(environment: dict[str, str], var: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start Candid, and end whatever is left of it when the test is over."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**changes: str) -> subprocess.Popen[bytes]:
        with (var / f"said-{len(started)}.txt").open("w") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "config.up"],
                cwd=BASE,
                env={**environment, **changes},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(60)
    for pid in left_behind(str(var)):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def server_with_passwords(var: Path) -> Iterator[str]:
    """A PostgreSQL server that listens on TCP and asks for a password; where it is."""
    server = Server(var / "other", durable=False)
    server.prepare()
    (server.home.path / "hba.conf").write_text(
        "local all all peer map=candid\nhost all all 127.0.0.1/32 scram-sha-256\n"
    )
    port = free_port()
    process = spawn(
        [*server.command(), "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}"],
        env=server.environment(),
        account=server.account,
        cwd=server.home.path,
        death_signal=signal.SIGINT,
    )
    until(lambda: accepts(port), lambda: "the server never listened")
    yield f"127.0.0.1:{port}/postgres"
    process.send_signal(signal.SIGINT)
    process.wait(60)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def said(var: Path, number: int = 0) -> str:
    return (var / f"said-{number}.txt").read_text()


def until(question: Callable[[], object], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + SECONDS
    while not question():
        assert time.monotonic() < deadline, what()
        time.sleep(0.1)


def status(port: str, path: str) -> int:
    link = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
    try:
        link.request("GET", path)
        return link.getresponse().status
    except OSError:
        return 0
    finally:
        link.close()


def fail(process: subprocess.Popen[bytes], var: Path) -> str:
    """Wait for a start that fails, and return the sentence that it ends with."""
    assert process.wait(SECONDS) == 1
    output = said(var)
    assert "Traceback" not in output
    return output


def test_starts_says_what_next_survives_kill_9_and_stops_cleanly(up, var, environment):
    first = up()
    until(lambda: "Ctrl-C stops everything" in said(var), lambda: said(var))
    assert "database: made and ready" in said(var)
    assert f"Open http://127.0.0.1:{environment['PORT']}/setup/ to make" in said(var)
    assert status(environment["PORT"], "/readyz") == 200

    second = up(PORT=str(free_port()), INBOX_PORT=str(free_port()))
    assert second.wait(SECONDS) == 1
    assert f"already runs from this folder: http://127.0.0.1:{environment['PORT']}" in said(var, 1)
    assert status(environment["PORT"], "/readyz") == 200

    first.send_signal(signal.SIGKILL)
    first.wait()
    third = up()
    until(lambda: "Ctrl-C stops everything" in said(var, 2), lambda: said(var, 2))
    assert "database: ready" in said(var, 2)
    assert status(environment["PORT"], "/readyz") == 200

    third.send_signal(signal.SIGINT)
    assert third.wait(SECONDS) == 0
    assert "stopped (" in said(var, 2)
    assert left_behind(str(var)) == []
    assert not (var / "postgres" / "data" / "postmaster.pid").exists()
    assert status(environment["PORT"], "/healthz") == 0


def test_says_who_has_the_port(up, var, environment):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        output = fail(up(PORT=str(port)), var)
    assert f"Port {port} on 127.0.0.1 cannot be used" in output
    assert f"make up PORT={port + 1}" in output


def test_says_what_is_wrong_with_the_address_of_the_database(up, var):
    output = fail(up(DATABASE_URL="postgres://a:secret@host:port/x"), var)
    assert "DATABASE_URL cannot be read" in output
    assert "secret" not in output


def test_says_that_the_database_does_not_answer(up, var):
    output = fail(up(DATABASE_URL=f"postgresql://a:secret@127.0.0.1:{free_port()}/x"), var)
    assert "The database cannot be used" in output
    assert "Connection refused" in output
    assert "start the server, or correct DATABASE_URL" in output
    assert "secret" not in output


def test_says_that_the_database_refuses_the_password(up, var, server_with_passwords):
    output = fail(up(DATABASE_URL=f"postgresql://postgres:wrong@{server_with_passwords}"), var)
    assert "The database cannot be used" in output
    assert "password authentication failed" in output
    assert "check user and password in DATABASE_URL" in output
    assert "wrong@" not in output


def test_says_that_the_database_is_none_of_postgresql(up, var):
    output = fail(up(DATABASE_URL="nonsense"), var)
    assert "DATABASE_URL does not name a PostgreSQL server. Write it like" in output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes a small disk")
@pytest.mark.parametrize(
    ("size", "filled", "expected"),
    [("64m", 0, "is full: 63 MB are free, and Candid needs"), ("16k", 65536, "The disk is full")],
)
def test_says_that_the_disk_is_full(up, var, tmp_path, size, filled, expected):
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(tmp_path)], check=True
    )
    try:
        with suppress(OSError), (tmp_path / "filled").open("wb", buffering=0) as file:
            file.write(bytes(filled))
        output = fail(up(CANDID_VAR=str(tmp_path)), var)
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
    assert expected in output
    assert "CANDID_VAR" in output


def test_says_what_is_wrong_with_a_setting(up, var):
    output = fail(up(ALLOWED_HOSTS="*"), var)
    assert "ALLOWED_HOSTS holds “*”" in output


def test_says_that_a_number_is_none(up, var):
    output = fail(up(PORT="eighty"), var)
    assert "PORT cannot be read" in output


def test_the_mark_is_in_the_environment_of_every_program(var, environment):
    from config.env import env
    from config.programs import Run, all_of

    run = Run.from_environment(var, env)
    assert {program.env[MARK] for program in all_of(run)} == {str(var)}
