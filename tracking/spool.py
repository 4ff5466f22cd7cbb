"""The spool: an append-only file per process, in which a hit is before it is answered. Pure.

A record is a magic byte, its length, its CRC-32 and its bytes, written by one `write(2)`
on a file opened for appending. That survives the death of the process at any point; with
`fsync_seconds` it survives the death of the machine but for that many seconds.

A writer holds a flock on its segment for as long as it may write to it; the kernel lets go
when it dies. A drainer reads segments and remembers how far. It removes those that nobody
holds, and seals the others: their writers go on to another segment within a second.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import struct
import threading
import time
import weakref
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

_MAGIC = 0xCA
_HEAD = struct.Struct(">BHI")
MAX_RECORD = 4096
SUFFIX = ".spool"
# How many forks lie between the first process and this one: a number that tells a child from
# its parent without asking the system with each hit.
_forks = 0


def _count_fork() -> None:
    global _forks
    _forks += 1


os.register_at_fork(after_in_child=_count_fork)
# How often a writer looks whether its segment was sealed.
LOOK_SECONDS = 1.0


def make_folder(folder: Path) -> None:
    """Make the folder of a spool, or close it to others if it is open: hits name addresses."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        # Somebody else's folder is theirs to close, and a hit is taken all the same.
        with suppress(PermissionError):
            folder.chmod(0o700)


class _Segment:
    """An open segment. Closed, and thereby given free, when the last who writes lets go of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.file = os.open(path, flags, 0o600)
        self.forks = _forks
        # What this process wrote; threads may lose a little of it, which does no harm.
        self.size = 0
        self._synced = 0

    def __del__(self) -> None:
        with suppress(AttributeError, OSError):  # It may never have been opened.
            os.close(self.file)

    def is_sealed(self) -> bool:
        return not os.fstat(self.file).st_mode & 0o200

    def sync(self) -> None:
        """Bring what is written until now to the disk; nobody waits for it."""
        size = self.size
        if size == self._synced:
            return
        try:
            os.fdatasync(self.file)
        except OSError:
            logger.exception("The disk may lose opens and clicks of the last seconds")
        self._synced = size


class Writer:
    """Appends to a segment of its own. Safe between threads, and across forks."""

    def __init__(
        self, folder: Path, *, max_bytes: int = 32 * 1024 * 1024, fsync_seconds: float = 0
    ) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._fsyncs = fsync_seconds > 0
        self._look_seconds = min(fsync_seconds or LOOK_SECONDS, LOOK_SECONDS)
        self._lock = threading.Lock()
        self._segment: _Segment | None = None
        # The process whose thread looks after the segment, by its forks.
        self._tended_by: int | None = None

    def append(self, record: bytes) -> None:
        """Write one record. Raises `OSError` when the disk does not take it."""
        if len(record) > MAX_RECORD:
            raise ValueError("the record is too long for the spool")
        framed = _HEAD.pack(_MAGIC, len(record), zlib.crc32(record)) + record
        segment = self._segment
        if segment is None or segment.forks != _forks or segment.size >= self._max_bytes:
            segment = self._begin()
        # Nothing else is done with the file: each call into the system lets other threads
        # of the process take over, which costs more than the call.
        written = os.write(segment.file, framed)
        segment.size += written
        if written != len(framed):
            # A full disk leaves a torn record, which readers skip.
            raise OSError("the spool took only a part of the record")

    def close(self) -> None:
        """Let go of the segment. Whoever appends after that begins another."""
        with self._lock:
            segment, self._segment = self._segment, None
        if segment is not None and self._fsyncs:
            segment.sync()

    def _is_fit(self, segment: _Segment) -> bool:
        return segment.size < self._max_bytes and segment.forks == _forks

    def _begin(self) -> _Segment:
        with self._lock:
            former = self._segment
            if former is not None and self._is_fit(former):
                return former  # Another thread was here first.
            if former is not None and self._fsyncs and former.forks == _forks:
                former.sync()
            self._segment = None
            self._segment = segment = self._open()
            if self._tended_by != segment.forks:  # A fork takes no threads along.
                self._tended_by = segment.forks
                tending = [weakref.ref(self), self._look_seconds]
                threading.Thread(target=_tend, args=tending, daemon=True, name="spool").start()
            return segment

    def _open(self) -> _Segment:
        make_folder(self._folder)
        while True:
            name = f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
            segment = _Segment(self._folder / name)
            fcntl.flock(segment.file, fcntl.LOCK_SH)
            # A drainer may have found it empty, and removed it, until we held it.
            if os.fstat(segment.file).st_nlink:
                return segment

    def holds(self, path: Path) -> bool:
        """Whether this is the segment that is written to."""
        segment = self._segment
        return segment is not None and segment.path == path

    def look_after(self) -> bool:
        """Sync our segment, leave it when it was sealed, and say whether to come again."""
        with self._lock:
            segment = self._segment
            if segment is None or segment.forks != _forks:
                self._tended_by = None
                return False
            if segment.is_sealed():
                self._segment = None
        if self._fsyncs:
            segment.sync()
        return True


def _tend(reference: weakref.ref[Writer], seconds: float) -> None:
    """Look after a writer's segment for as long as there is one."""
    while True:
        time.sleep(seconds)
        writer = reference()
        if writer is None or not writer.look_after():
            return
        del writer


def segments(folder: Path) -> list[Path]:
    """Return the segments there are, the oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def read(path: Path, offset: int, limit: int) -> tuple[list[bytes], int]:
    """Return up to `limit` records from `offset` on, and the offset after the last.

    Stops before a record that is not whole yet. Damaged bytes in the middle are skipped:
    the next whole record is found by its magic byte and checksum.
    """
    records: list[bytes] = []
    length = limit * (MAX_RECORD // 8) + MAX_RECORD
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(length)
        place = 0
        for start, end in _frames(data):
            records.append(data[start:end])
            place = end
            if len(records) == limit:
                break
        if not records and len(data) == length:
            # More damage than a look covers, and perhaps records behind it.
            records, end = _first(data + file.read())
            return records, offset + end
    return records, offset + place


def _first(data: bytes) -> tuple[list[bytes], int]:
    for start, end in _frames(data):
        return [data[start:end]], end
    return [], 0


def remove(path: Path, offset: int) -> bool:
    """Remove a segment that was read up to `offset`, if nothing stands behind it.

    One that is still written to is sealed, so that its writer leaves it. What stands torn at
    the end of one that nobody holds will never be whole, and goes with it: whoever wrote it
    died before the answer.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        torn = os.fstat(file).st_size - offset
        if torn > 0:
            records, _end = read(path, offset, 1)
            if records:
                return False
            logger.warning("%s bytes at the end of a segment were torn", torn)
        path.unlink(missing_ok=True)
    except BlockingIOError:
        os.fchmod(file, 0o400)
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
