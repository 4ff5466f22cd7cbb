"""What must be right before anything is started: nobody else runs here, room, free ports."""

import fcntl
import os
import shutil
import signal
import socket
import time
from contextlib import suppress
from typing import TextIO

import psutil

from config.children import left_behind
from config.programs import Run

LEAST_FREE_BYTES = 300 * 2**20
PATIENCE = 20.0


class StartError(Exception):
    """Candid cannot be started; the message says why and what to do."""


def lock(run: Run) -> TextIO:
    """Hold a lock as long as we live, so that one folder is not run twice."""
    path = run.var / "up.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise StartError(
            f"Candid already runs from this folder: {file.read().strip()}. Stop it there with "
            f"Ctrl-C, or set CANDID_VAR to another folder to run a second one."
        ) from error
    file.truncate(0)
    file.write(f"{run.address}, process {os.getpid()}\n")
    file.flush()
    return file


def ask_left_behind_to_end(run: Run) -> int:
    """Tell what a killed run left to stop, and say how many they are.

    We hold the lock, so nobody else runs here.
    """
    left = left_behind(run.mark)
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    return len(left)


def end_left_behind(run: Run) -> None:
    """Wait until they have ended, and kill those that do not.

    A worker that has handed mails over needs the database, which runs again by now, to
    write down what became of them.
    """
    deadline = time.monotonic() + PATIENCE
    while (left := left_behind(run.mark)) and time.monotonic() < deadline + PATIENCE:
        if time.monotonic() > deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def look_for_room(run: Run) -> None:
    free = shutil.disk_usage(run.var).free
    if free < LEAST_FREE_BYTES:
        raise StartError(
            f"The disk of {run.var} is full: {free // 2**20} MB are free, and Candid needs at "
            f"least {LEAST_FREE_BYTES // 2**20} MB. Make room, or set CANDID_VAR to another folder."
        )


def look_at_ports(run: Run) -> None:
    for name, host, port in (
        ("PORT", run.host, run.port),
        ("INBOX_PORT", "127.0.0.1", run.inbox_port),
    ):
        problem = _problem_with_port(host, port)
        if problem:
            other = port + 1 if port < 65535 else 8000
            raise StartError(f"{problem} Choose another: make up {name}={other}")


def about(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == 28:
        return f"The disk is full{where}. Make room, or set CANDID_VAR to a folder elsewhere."
    return f"Candid cannot be started: {error.strerror}{where}."


def _problem_with_port(host: str, port: int) -> str:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, OverflowError):
        return f"“{host}:{port}” is not an address to listen on."
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except PermissionError:
            return f"Port {port} is for root only."
        except OSError as error:
            holder = _holder(port)
            return f"Port {port} on {host} cannot be used: {holder or error.strerror}."
    return ""


def _holder(port: int) -> str:
    """Name the process that listens on a port, when we may know it."""
    with suppress(psutil.Error):
        for link in psutil.net_connections("tcp"):
            if link.status == psutil.CONN_LISTEN and link.laddr.port == port and link.pid:
                return f"{psutil.Process(link.pid).name()} (process {link.pid}) listens there"
    return ""
