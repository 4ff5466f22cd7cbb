"""Start real servers from Debian's packages, on free ports, with data that goes with them.

The system's own services are not touched: a server is a child of ours, runs as the account
that its package made (or as us, when we are not root), and keeps all it has in a folder
that is removed.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis
from kombu import Connection

from config.children import MARK, Account, left_behind, signal_group, spawn

START_SECONDS = 60
PACKAGES = {
    "rabbitmq-server": Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    "redis-server": Path("/usr/bin/redis-server"),
    "postgresql": Path("/usr/lib/postgresql"),
}
# Debian starts what it installs, unless this file says no.
POLICY = Path("/usr/sbin/policy-rc.d")


class ServiceError(Exception):
    """A server is missing or does not start; the message says which."""


@dataclass(frozen=True)
class Owner:
    """As whom a server runs, and where it keeps its things."""

    account: Account | None
    folder: Path

    def make(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(mode=0o700)
        if self.account is not None and os.geteuid() == 0:
            os.chown(path, self.account.uid, self.account.gid)
        return path


def install() -> None:
    """Install the packages that are missing, when we may."""
    missing = [name for name, path in PACKAGES.items() if not path.exists()]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceError(f"Missing here: apt install {' '.join(missing)} (as root).")
    print(f"installing Debian's {', '.join(missing)} …", flush=True)
    with _services_stay_down():
        command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
        run = _apt(command)
        if run.returncode:
            _apt(["apt-get", "update"])
            run = _apt(command)
    if run.returncode:
        raise ServiceError(f"apt could not install {' '.join(missing)}:\n{run.stderr[-2000:]}")


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Give the address of a PostgreSQL server that asks for a password, over TCP."""
    binaries = max(PACKAGES["postgresql"].glob("*/bin"), key=lambda path: int(path.parent.name))
    owner = Owner(_account("postgres"), folder)
    home = owner.make("postgres")
    password, port = secrets.token_hex(12), free_port()
    secret = home / "password"
    secret.write_text(password)
    options = owner.account.options() if owner.account else {}
    if owner.account is not None and os.geteuid() == 0:
        os.chown(secret, owner.account.uid, owner.account.gid)
    data = str(home / "data")
    initdb = [str(binaries / "initdb"), "-D", data, "-U", "candid", "--encoding=UTF8"]
    initdb += ["--auth=scram-sha-256", f"--pwfile={secret}", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(initdb, cwd=home, capture_output=True, text=True, **options)
    if made.returncode:
        raise ServiceError(f"initdb failed: {made.stderr}")
    settings: dict[str, object] = {"port": port, "listen_addresses": "127.0.0.1"}
    settings |= {"unix_socket_directories": str(home), "max_connections": 100}
    command = [str(binaries / "postgres"), "-D", data]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    url = f"postgresql://candid:{password}@127.0.0.1:{port}/postgres"
    with _running(command, owner, home, {"LC_ALL": "C.UTF-8"}):
        _until(lambda: psycopg.connect(url, connect_timeout=2).close(), "PostgreSQL")
        yield url


@contextlib.contextmanager
def rabbitmq(folder: Path, port: int = 0) -> Iterator[str]:
    """Give the address of a RabbitMQ node of its own, with an epmd of its own."""
    owner = Owner(_account("rabbitmq"), folder)
    home = owner.make("rabbitmq")
    port, distribution, epmd = port or free_port(), free_port(), free_port()
    env = {
        "HOME": str(home),
        "RABBITMQ_NODENAME": f"candid{os.getpid()}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none.conf"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "ERL_EPMD_PORT": str(epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    command = [str(PACKAGES["rabbitmq-server"])]
    url = f"amqp://guest:guest@127.0.0.1:{port}//"
    with _running(command, owner, home, env):
        _until(lambda: Connection(url, connect_timeout=2).connect(), "RabbitMQ")
        yield url


@contextlib.contextmanager
def redis_server(folder: Path, port: int = 0) -> Iterator[str]:
    """Give the address of a Redis server that writes nothing to disk."""
    owner = Owner(_account("redis"), folder)
    home, port = owner.make("redis"), port or free_port()
    command = [str(PACKAGES["redis-server"]), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--dir", str(home), "--save", "", "--appendonly", "no"]
    url = f"redis://127.0.0.1:{port}/0"
    with _running(command, owner, home, {}):
        _until(lambda: redis.Redis.from_url(url).ping(), "Redis")
        yield url


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(
    command: Sequence[str], owner: Owner, home: Path, env: Mapping[str, str]
) -> Iterator[None]:
    # Into a file, not a pipe: nobody reads along, and a full pipe would stop the server.
    into_log = ["sh", "-c", 'exec "$@" >output.log 2>&1', "sh", *command]
    path = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    child = spawn(
        into_log, env={"PATH": path, MARK: str(home), **env}, account=owner.account, cwd=home
    )
    try:
        yield
    finally:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(60)
        signal_group(child.pid, signal.SIGKILL)
        child.wait()
        # Erlang's epmd leaves the group that it was started in.
        for pid in left_behind(str(home)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _until(question: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            question()
            return
        except (OSError, psycopg.OperationalError, redis.RedisError) as error:
            if time.monotonic() > deadline:
                raise ServiceError(f"{what} did not start within {START_SECONDS} s") from error
        time.sleep(0.2)


def _account(name: str) -> Account | None:
    if os.geteuid() != 0:
        return None
    return Account.of(pwd.getpwnam(name).pw_uid)


@contextlib.contextmanager
def _services_stay_down() -> Iterator[None]:
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def _apt(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(
        list(command), env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
