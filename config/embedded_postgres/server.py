"""Make, describe and ask the embedded server. Starting its process is the caller's part."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from config.children import Account
from config.embedded_postgres import places
from config.embedded_postgres.places import PORT, PostgresError

ROLE = "candid"
SUPERUSER = "postgres"
# Signs of life that are refusals: the server recovers after a crash, or is on its way down.
_BUSY = ("starting up", "shutting down", "recovery", "not yet accepting", "too many clients")
# How long a server may take without any sign of life. Recovery gives signs.
PATIENCE = 60.0


class State(Enum):
    """What a server says when it is asked."""

    ANSWERING = "answering"
    BUSY = "busy"
    SILENT = "silent"


def url(var: Path, database: str = ROLE) -> str:
    """Return the address of the server that belongs to `var`, running or not."""
    folder = quote(str(places.find(var).sockets), safe="/")
    return f"postgresql://{ROLE}@/{quote(database)}?host={folder}"


class Server:
    """The embedded server of one `var` folder."""

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        """Settle where and as whom it runs. Only a throw-away server may be not durable."""
        self.var = var
        self.durable = durable
        self.home, self.account = places.settle(var)
        self.bin = places.binaries(self.home, self.account)

    def prepare(self) -> bool:
        """Make the data folder when there is none, and say whether this was the first time."""
        first = not self._holds_data()
        if first:
            self._initialise()
        self._refuse_another_major()
        self._write("hba.conf", "local all all peer map=candid\n")
        users = dict.fromkeys([Account.of(os.geteuid()).name, self.account.name])
        roles = (ROLE, SUPERUSER)
        lines = [f'candid "{user}" {role}\n' for user in users for role in roles]
        self._write("ident.conf", "".join(lines))
        self._forget_stale_pid()
        return first

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = [f"{name}={value}" for name, value in self._settings().items()]
        options = [word for setting in settings for word in ("-c", setting)]
        return [str(self.bin / "postgres"), "-D", str(self.home.data), *options]

    def environment(self) -> dict[str, str]:
        """Return a small environment: nothing of ours may change how the server behaves."""
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

    def state(self) -> State:
        """Ask the server whether it lives, by connecting."""
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            return State.BUSY if any(sign in str(error) for sign in _BUSY) else State.SILENT
        return State.ANSWERING

    def wait_until_answering(self, pump: Callable[[float], None] = time.sleep) -> None:
        """Wait for the server, calling `pump` between the questions."""
        deadline = time.monotonic() + PATIENCE
        while (state := self.state()) is not State.ANSWERING:
            if state is State.BUSY:
                deadline = time.monotonic() + PATIENCE
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"The database did not answer within {PATIENCE:.0f} s: see {self.home.logs}."
                )
            pump(0.05)

    def wait_until_silent(self, seconds: float) -> bool:
        """Wait for a server that is on its way down, and say whether it went."""
        deadline = time.monotonic() + seconds
        while (state := self.state()) is State.BUSY and time.monotonic() < deadline:
            time.sleep(0.05)
        return state is State.SILENT

    def make_database(self, name: str = ROLE) -> None:
        """Make our role and database, when they are not there."""
        with self._connect() as connection:
            role = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if role.fetchone() is None:
                # It may make databases, for tests, and rules nothing else.
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            # Imports check the keys of a million new rows together: audience/referring.py.
            connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if found.fetchone() is None:
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(ROLE)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.home.sockets),
            port=PORT,
            user=SUPERUSER,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _holds_data(self) -> bool:
        return (self.home.data / "PG_VERSION").exists()

    def _initialise(self) -> None:
        # A start that was killed half-way must not leave a folder that looks made.
        unfinished = self.home.path / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["-D", str(unfinished), "-U", SUPERUSER, "--encoding=UTF8", "--locale=C"]
        options += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
        # Sorts the same on every machine, whatever its C library: no index breaks by a move.
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += [] if self.durable else ["--no-sync"]
        run = subprocess.run(
            [str(self.bin / "initdb"), *options],
            capture_output=True,
            check=False,
            cwd=self.home.path,
            env=self.environment(),
            **self.account.options(),
        )
        if run.returncode:
            raise PostgresError(
                f"The database could not be made in {self.home.path}: {_reason(run.stderr)}"
            )
        unfinished.rename(self.home.data)

    def _refuse_another_major(self) -> None:
        data = (self.home.data / "PG_VERSION").read_text().strip()
        ours = places.version().partition(".")[0]
        if data != ours:
            raise PostgresError(
                f"{self.home.data} was written by PostgreSQL {data}, and this Candid brings "
                f"{ours}: dump it with the Candid that wrote it and restore it here "
                f"(docs/operate.md, “A new major version of PostgreSQL”)."
            )

    def _settings(self) -> Mapping[str, str]:
        memory = psutil.virtual_memory().total // 2**20
        buffers = min(max(memory // 8, 64), 1024)
        folder = str(self.home.sockets).replace('"', '""')
        return {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": f'"{folder}"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self.home.path / "hba.conf"),
            "ident_file": str(self.home.path / "ident.conf"),
            "max_connections": "100",
            "shared_buffers": f"{buffers}MB",
            "effective_cache_size": f"{memory // 2}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": f"{min(max(memory // 32, 64), 512)}MB",
            "random_page_cost": "1.1",
            "jit": "off",  # Our queries are short: compiling them costs more than it saves.
            "max_wal_size": "2GB",
            "checkpoint_timeout": "15min",
            "wal_compression": "on",
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "synchronous_commit": "on",
            # As settings.py asks for it where it can.
            "idle_in_transaction_session_timeout": "2min",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "lc_messages": "C",
            # A week of logs, without the statements and values that could name a person.
            "logging_collector": "on",
            "log_directory": str(self.home.logs),
            "log_filename": "postgresql-%a.log",
            "log_rotation_age": "1d",
            "log_truncate_on_rotation": "on",
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            "log_parameter_max_length_on_error": "0",
        }

    def _write(self, name: str, text: str) -> None:
        # Written aside and moved into place: on a full disk the former one stays whole, and what
        # its account put there, such as a link to somebody else's file, is replaced and not used.
        unfinished = self.home.path / f"{name}.{secrets.token_hex(8)}"
        try:
            with open(unfinished, "x", opener=_private) as file:
                file.write(text)
                os.fchown(file.fileno(), self.account.uid, self.account.gid)
            unfinished.rename(self.home.path / name)
        finally:
            unfinished.unlink(missing_ok=True)

    def _forget_stale_pid(self) -> None:
        """Make lock files of a killed server harmless, when another process has its id now.

        PostgreSQL believes any living process of its own user. It takes its parent's
        id for stale, and then still looks whether memory of the old server is in use,
        which it would not if we deleted the file.
        """
        locks = self.home.data / "postmaster.pid", self.home.sockets / f".s.PGSQL.{PORT}.lock"
        for lock in locks:
            if not lock.exists() or lock.is_symlink():
                continue
            first, newline, rest = lock.read_text().partition("\n")
            if first.strip().isdigit() and not self._is_server(int(first)):
                lock.write_text(f"{os.getpid()}{newline}{rest}")

    def _is_server(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.home.data.resolve()
        except OSError:  # It is gone, a zombie, or somebody else's.
            return False


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _reason(stderr: bytes) -> str:
    """Return the line of PostgreSQL's output that says what went wrong."""
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "No space" in line]
    return (telling or lines or ["it said nothing"])[-1].strip()
