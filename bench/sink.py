"""A fast SMTP server that takes mails and forgets them: postfix's smtp-sink.

Debian's package is fetched and unpacked into a cache folder, never installed; a server in
Python would be the slowest part of what it measures. Where there is no such package, the
sink of the tests stands in.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent


@contextmanager
def running() -> Iterator[tuple[int, str]]:
    """Give the port of a running sink, and its name."""
    port = free_port()
    program = postfix("smtp-sink")
    if program is None:
        command = [sys.executable, "-m", "tests.sending.sink", str(port), os.devnull, "0"]
        name, environment = "a sink in Python", dict(os.environ)
    else:
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [str(program), *account, f"127.0.0.1:{port}", "500"]
        name, environment = "postfix smtp-sink", libraries(program)
    process = subprocess.Popen(
        command, env=environment, cwd=BASE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        yield port, name
    finally:
        process.terminate()
        process.wait()


@contextmanager
def far_away(port: int, milliseconds: int) -> Iterator[int]:
    """Give a port at which the server of `port` seems to be some way off, in each direction."""
    distant = free_port()
    command = [sys.executable, "-m", "bench.distance", str(distant), str(port), str(milliseconds)]
    process = subprocess.Popen(command, cwd=BASE)
    try:
        wait_for(distant)
        yield distant
    finally:
        process.terminate()
        process.wait()


def libraries(program: Path) -> dict[str, str]:
    """Return the environment in which a program of postfix's finds its libraries."""
    return {**os.environ, "LD_LIBRARY_PATH": str(program.parents[1] / "lib" / "postfix")}


def postfix(name: str) -> Path | None:
    """Return a program of postfix's, unpacked from Debian's package on first use."""
    installed = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if installed:
        return Path(installed)
    folder = Path(tempfile.gettempdir()) / f"candid-postfix-{os.geteuid()}"
    program = folder / "usr" / "sbin" / name
    if program.exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(["apt-get", "download", "postfix"], cwd=folder, capture_output=True)
    packages = list(folder.glob("postfix_*.deb"))
    if fetched.returncode or not packages:
        return None
    subprocess.run(["dpkg", "-x", packages[0].name, "."], cwd=folder, check=True)
    # It gives its rights up, and has to read its libraries afterwards.
    for part in (folder, *folder.rglob("*")):
        if part.is_dir():
            part.chmod(0o755)
    return program if program.exists() else None


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    ends_at = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.05)
