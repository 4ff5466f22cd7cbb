"""Start child processes that cannot outlive us.

Each child leads a session of its own, so that Ctrl-C reaches only the parent, which then
stops its children in order, and so that a child and all it forked can be ended together.
"""

import ctypes
import os
import pwd
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

# Every process of a run carries its folder in this variable, and hands it down: so what a
# killed run left behind can be told from all else, whatever has become of process ids.
MARK = "CANDID_RUN"

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of(cls, uid: int) -> "Account":
        entry = pwd.getpwuid(uid)
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def options(self) -> dict[str, Any]:
        """Return what `subprocess` needs to run as this account; only root may change it."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    account: Account | None = None,
    cwd: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child whose output we read, and which gets `death_signal` when we die.

    To be called from the main thread: Linux takes the end of the thread for our death.
    """
    return subprocess.Popen(
        list(command),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=partial(die_with, os.getpid(), death_signal),
        **(account.options() if account else {}),
    )


def die_with(parent: int, death_signal: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent ends, however it ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != parent:  # It ended before we could ask.
        os.kill(os.getpid(), death_signal)


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to a child and to all it forked, if any of them is left."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return


def left_behind(mark: str) -> list[int]:
    """Return the processes that a run of this mark started and could not end."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # Not ours to read, or gone meanwhile.
            continue
        if wanted in environment and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
