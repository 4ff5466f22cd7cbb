"""The embedded server, by real starts and real kills."""

import os
import pwd
import signal
import stat
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.children import spawn
from config.embedded_postgres import PostgresError, Server, places, url
from config.embedded_postgres.server import State


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder that the server's account can reach: pytest's own are closed to others."""
    folder = Path(f"/tmp/candid-embedded-{os.getpid()}-{time.monotonic_ns()}")
    folder.mkdir(mode=0o711)
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@contextmanager
def running(var: Path, *, end: signal.Signals = signal.SIGINT) -> Iterator[Server]:
    server = Server(var, durable=False)
    server.prepare()
    process = start(server)
    try:
        server.wait_until_answering(lambda seconds: alive(process, seconds))
        server.make_database()
        yield server
    finally:
        process.send_signal(end)
        process.wait(60)


def start(server: Server) -> subprocess.Popen[bytes]:
    return spawn(
        server.command(),
        env=server.environment(),
        account=server.account,
        cwd=server.home.path,
        death_signal=signal.SIGINT,
    )


def alive(process: subprocess.Popen[bytes], seconds: float) -> None:
    assert process.poll() is None, output(process)
    time.sleep(seconds)


def output(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.read().decode()


def remember(var: Path, text: str) -> None:
    with psycopg.connect(url(var)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (text text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [text])


def recall(var: Path) -> list[str]:
    with psycopg.connect(url(var)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM memory")]


def postmaster(server: Server) -> int:
    return int((server.home.data / "postmaster.pid").read_text().split()[0])


def test_keeps_its_data_from_one_start_to_the_next(var):
    with running(var):
        remember(var, "first")
    with running(var):
        assert recall(var) == ["first"]


def test_starts_again_after_kill_9_with_what_was_committed(var):
    with running(var, end=signal.SIGKILL):
        remember(var, "committed")
    with running(var):
        assert recall(var) == ["committed"]


def test_starts_although_another_process_has_the_id_of_the_killed_one(var):
    with running(var, end=signal.SIGKILL) as server:
        remember(var, "committed")
    owner = server.account.options()
    impostor = subprocess.Popen(["sleep", "60"], cwd="/", **owner)
    try:
        for name in (
            server.home.data / "postmaster.pid",
            server.home.sockets / ".s.PGSQL.5432.lock",
        ):
            rest = name.read_text().partition("\n")[2]
            name.write_text(f"{impostor.pid}\n{rest}")
        with running(var):
            assert recall(var) == ["committed"]
        assert impostor.poll() is None
    finally:
        impostor.kill()
        impostor.wait()


def test_a_second_server_on_the_same_data_is_refused_while_the_first_lives(var):
    with running(var) as server:
        assert server.state() is State.ANSWERING
        again = Server(var, durable=False)
        again.prepare()
        second = start(again)
        assert second.wait(60) != 0
        assert "postmaster.pid" in output(second)
        assert server.state() is State.ANSWERING


def test_a_server_that_is_gone_is_silent(var):
    with running(var) as server:
        pass
    assert server.state() is State.SILENT


def test_a_first_start_that_was_killed_half_way_leaves_nothing_that_looks_made(var):
    server = Server(var, durable=False)
    (server.home.path / "data.unfinished").mkdir()
    (server.home.path / "data.unfinished" / "PG_VERSION").write_text("18\n")
    with running(var):
        remember(var, "made anew")


def test_what_its_account_links_to_is_not_written_to_and_does_not_change_hands(var):
    server = Server(var, durable=False)
    server.prepare()
    somebodys = var / "somebodys"
    somebodys.write_text("1\n")
    before = somebodys.stat()
    links = ("hba.conf", "ident.conf", "data/postmaster.pid", "run/.s.PGSQL.5432.lock")
    for name in links:
        (server.home.path / name).unlink(missing_ok=True)
        (server.home.path / name).symlink_to(somebodys)
    server.prepare()
    assert somebodys.read_text() == "1\n"
    after = somebodys.stat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)
    for name in links[:2]:
        written = (server.home.path / name).lstat()
        assert stat.S_ISREG(written.st_mode)
        assert (written.st_uid, written.st_mode & 0o777) == (server.account.uid, 0o600)


def test_data_of_another_major_version_is_refused_in_a_sentence(var):
    server = Server(var, durable=False)
    server.prepare()
    (server.home.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresError, match=r"written by PostgreSQL 17.*docs/operate.md"):
        server.prepare()


def test_nothing_listens_on_the_network_and_commits_are_durable(var):
    server = Server(var)
    command = " ".join(server.command())
    assert "listen_addresses= " in command
    assert "fsync=on" in command
    assert "synchronous_commit=on" in command


def test_other_accounts_of_the_machine_cannot_connect(var):
    if os.geteuid() != 0:
        pytest.skip("needs root, to be somebody else")
    with running(var) as server:
        # Even with the folder open, who knocks is asked for, and `nobody` is not on the list.
        server.home.path.chmod(0o755)
        server.home.sockets.chmod(0o755)
        (server.home.sockets / ".s.PGSQL.5432").chmod(0o777)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url(var), user="nobody")
        assert "authentication failed" in as_nobody(lambda: psycopg.connect(url(var)))


def test_a_path_too_long_for_a_socket_gets_one_elsewhere(var):
    deep = var / ("a folder with a rather long name " * 4).strip()
    deep.mkdir()
    if os.geteuid() == 0:
        deep.chmod(0o711)
    with running(deep) as server:
        assert len(os.fsencode(server.home.sockets)) < places.SOCKET_PATH_BYTES
        remember(deep, "far away")
    subprocess.run(["rm", "-rf", str(server.home.sockets)], check=True)


def test_below_a_closed_folder_the_data_lives_elsewhere_and_the_folder_stays_closed(var):
    if os.geteuid() != 0:
        pytest.skip("only root gives the server another account")
    closed = var / "closed"
    closed.mkdir(mode=0o700)
    inside = closed / "var"
    with running(inside) as server:
        remember(inside, "safe")
        assert not server.home.path.is_relative_to(closed)
    try:
        with running(inside):
            assert recall(inside) == ["safe"]
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        subprocess.run(["rm", "-rf", str(server.home.path)], check=True)


def test_programs_that_its_account_cannot_reach_are_copied_whole(var):
    server = Server(var, durable=False)
    packages = Path(sysconfig.get_path("purelib"))
    server.bin = places.copy_programs(packages, server.home, server.account)
    assert server.bin.is_relative_to(server.home.path)
    server.prepare()
    process = start(server)
    try:
        server.wait_until_answering(lambda seconds: alive(process, seconds))
        server.make_database()
        with psycopg.connect(url(var)) as connection:
            connection.execute("CREATE EXTENSION citext")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def test_a_moved_checkout_finds_its_data_and_a_copied_one_is_told(var):
    if os.geteuid() != 0:
        pytest.skip("only root keeps data outside the checkout")
    closed = var / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "var") as server:
        remember(closed / "var", "moved along")
    try:
        (closed / "var").rename(closed / "moved")
        with running(closed / "moved"):
            assert recall(closed / "moved") == ["moved along"]
        subprocess.run(["cp", "-a", str(closed / "moved"), str(closed / "copy")], check=True)
        with pytest.raises(PostgresError, match="was copied from"):
            Server(closed / "copy")
    finally:
        subprocess.run(["rm", "-rf", str(server.home.path)], check=True)


def test_data_that_went_missing_is_not_replaced_by_an_empty_database(var):
    (var / places.POINTER).write_text(f"{var}/gone\n")
    with pytest.raises(PostgresError, match=r"not where .* says"):
        Server(var)


def test_an_ordinary_user_runs_it_as_themselves(var):
    if os.geteuid() != 0:
        with running(var) as server:
            assert server.account.uid == os.geteuid()
        return
    home = var / "of-nobody"
    home.mkdir()
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    said = as_nobody(lambda: serve_once(home))
    if "PermissionError" in said:
        pytest.skip("the checkout is closed to other accounts")
    assert said == "nobody"


def serve_once(home: Path) -> str:
    with running(home) as server:
        remember(home, "mine")
        assert recall(home) == ["mine"]
        return server.account.name


def as_nobody(work: Callable[[], object]) -> str:
    """Do this as the account `nobody`, and return what came out of it, or what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            nobody = pwd.getpwnam("nobody")
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            said = str(work())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def test_who_freezes_in_a_transaction_does_not_keep_its_locks_for_ever(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("2min",)
