"""The spool: an append-only file per process, in which a hit is before it is answered. Pure.

A record is a magic byte, its length, its CRC-32 and its bytes, written by one `write(2)`
on a file opened for appending. That survives the death of the process at any point; with
`fsync_seconds` it survives the death of the machine but for that many seconds.

A drainer reads segments and remembers how far. It removes one that it has read to the end;
the flock tells writer and drainer apart, so that no record falls between reading and
removing. Whoever writes and finds the file gone begins another.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

_MAGIC = 0xCA
_HEAD = struct.Struct(">BHI")
MAX_RECORD = 4096
SUFFIX = ".spool"


class Writer:
    """Appends to a segment of its own. Safe between threads, and across forks."""

    def __init__(
        self, folder: Path, *, max_bytes: int = 32 * 1024 * 1024, fsync_seconds: float = 0
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._fsync_seconds = fsync_seconds
        self._sync_is_due = False
        self._lock = threading.Lock()
        self._file = -1
        self._pid = 0

    def append(self, record: bytes) -> None:
        """Write one record. Raises `OSError` when the disk does not take it."""
        if len(record) > MAX_RECORD:
            raise ValueError("the record is too long for the spool")
        framed = _HEAD.pack(_MAGIC, len(record), zlib.crc32(record)) + record
        with self._lock:
            file = self._hold()
            try:
                # A short write (a full disk) leaves a torn record, which readers skip.
                if os.write(file, framed) != len(framed):
                    raise OSError("the spool took only a part of the record")
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
            self._plan_sync()

    def _hold(self) -> int:
        """Return our segment, locked against removal; a new one when ours is gone or full."""
        while True:
            if self._pid != os.getpid() or self._file < 0:
                self._begin()
            fcntl.flock(self._file, fcntl.LOCK_SH)
            found = os.fstat(self._file)
            # A drainer may have removed it until we held the lock, even a new one.
            if found.st_nlink and found.st_size < self._max_bytes:
                return self._file
            if self._fsync_seconds and found.st_nlink:
                os.fdatasync(self._file)  # It is full, and no timer of ours finds it again.
            os.close(self._file)
            self._file = -1

    def _begin(self) -> None:
        if self._pid != os.getpid():
            self._sync_is_due = False  # A fork takes no timers along, and has its parent's file.
            if self._file >= 0:
                os.close(self._file)
        self._pid, self._file = os.getpid(), -1
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(self._folder / name, flags, 0o600)

    def _plan_sync(self) -> None:
        """Let what is written until then reach the disk together; nobody waits for it."""
        if not self._fsync_seconds or self._sync_is_due:
            return
        self._sync_is_due = True
        timer = threading.Timer(self._fsync_seconds, self._sync)
        timer.daemon = True
        timer.start()

    def _sync(self) -> None:
        with self._lock:
            self._sync_is_due = False
            if self._pid != os.getpid() or self._file < 0:
                return
            file = os.dup(self._file)
        try:
            os.fdatasync(file)
        finally:
            os.close(file)


def segments(folder: Path) -> list[Path]:
    """Return the segments there are, the oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def read(path: Path, offset: int, limit: int) -> tuple[list[bytes], int]:
    """Return up to `limit` records from `offset` on, and the offset after the last.

    Stops before a record that is not whole yet. Damaged bytes in the middle are skipped:
    the next whole record is found by its magic byte and checksum.
    """
    records: list[bytes] = []
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(limit * (MAX_RECORD // 8) + MAX_RECORD)
    place = 0
    for start, end in _frames(data):
        records.append(data[start:end])
        place = end
        if len(records) == limit:
            break
    return records, offset + place


def remove(path: Path, offset: int, *, torn_after: float = 60) -> bool:
    """Remove a segment that was read up to `offset`, if nothing stands behind it.

    A torn end is waited for while its writer may live: only when nothing was written for
    `torn_after` seconds is it given up.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(file)
        if found.st_size > offset:
            records, _end = read(path, offset, 1)
            if records or time.time() - found.st_mtime < torn_after:
                return False
        path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    place = 0
    while place + _HEAD.size <= len(data):
        magic, length, checksum = _HEAD.unpack_from(data, place)
        start = place + _HEAD.size
        end = start + length
        if magic == _MAGIC and length <= MAX_RECORD:
            if end > len(data):
                following = _resync(data, place + 1)
                if following is None:
                    return
                place = following
                continue
            if zlib.crc32(data[start:end]) == checksum:
                yield start, end
                place = end
                continue
        following = _resync(data, place + 1)
        if following is None:
            return
        place = following


def _resync(data: bytes, place: int) -> int | None:
    """Return where the next whole record begins."""
    while (place := data.find(_MAGIC, place)) >= 0:
        if place + _HEAD.size > len(data):
            return None
        _magic, length, checksum = _HEAD.unpack_from(data, place)
        start = place + _HEAD.size
        fits = length <= MAX_RECORD and start + length <= len(data)
        if fits and zlib.crc32(data[start : start + length]) == checksum:
            return place
        place += 1
    return None
