"""What this machine remembers of its database: a small file outside of it.

Replaced whole, so that nobody ever reads half of it, and written to disk before it counts.
It holds its own number in the file system: one that was copied, or came out of an archive,
has another, and is in no place that we know.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path

# Names an installed system; a copy of a virtual machine may share it with the original.
MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


@dataclass(frozen=True)
class Memory:
    """The database that this machine knows."""

    lineage: str
    # The highest that was seen there.
    generation: int
    # Where the file was written: it may have been copied along.
    place: str
    # The database that looked like a copy, until a person says more.
    doubted: str = ""


def read(path: Path) -> Memory | None:
    """Return what is remembered; nothing when there is no file, or none that we wrote."""
    try:
        with path.open() as file:
            facts = json.load(file)
            is_original = facts.pop("inode", 0) == os.fstat(file.fileno()).st_ino
        memory = Memory(**facts)
    except (FileNotFoundError, ValueError, TypeError, AttributeError):
        return None
    return memory if is_original else replace(memory, place="")


def begin(path: Path) -> Memory:
    """Begin to remember a database that is new, unless another process has begun already."""
    memory = Memory(str(uuid.uuid4()), 0, place(path))
    unfinished = _write_aside(path, memory)
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        return read(path) or memory
    finally:
        unfinished.unlink()
    return memory


def write(path: Path, memory: Memory) -> None:
    """Remember this from now on."""
    _write_aside(path, memory).replace(path)


def place(path: Path) -> str:
    """Return a short sign of this machine and folder."""
    machine = next((found for found in map(_content, MACHINE_IDS) if found), "")
    return hashlib.sha256(f"{machine}\n{path.parent.resolve()}".encode()).hexdigest()[:16]


def _write_aside(path: Path, memory: Memory) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    with open(unfinished, "w", opener=_private) as file:
        json.dump(asdict(memory) | {"inode": os.fstat(file.fileno()).st_ino}, file)
        file.flush()
        os.fsync(file.fileno())
    return unfinished


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _content(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
