"""A disk that is full, or gone, loses nothing of what readers were answered."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.browser.stack import until
from tracking import spool
from tracking.recording import Recorder


class Disk:
    """Takes records unless it is full."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.is_full = False

    def append(self, record: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.taken.append(record)


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_what_a_full_disk_refused_is_written_when_there_is_room(disk, caplog):
    recorder = Recorder(disk.append, retry_seconds=0.02)
    recorder.record(b"before")
    disk.is_full = True
    for number in range(5):
        recorder.record(b"%d" % number)
    assert disk.taken == [b"before"]
    assert caplog.text.count("wait in memory") == 1
    disk.is_full = False
    recorder.record(b"after")
    until(lambda: len(disk.taken) == 7, "what waited is written")
    assert sorted(disk.taken) == [b"0", b"1", b"2", b"3", b"4", b"after", b"before"]
    until(lambda: "nothing waits any more" in caplog.text, "the operator hears of it")
    disk.is_full = True
    recorder.record(b"once more")
    disk.is_full = False
    until(lambda: disk.taken[-1] == b"once more", "it works a second time")


def test_memory_has_an_end_too(disk):
    recorder = Recorder(disk.append, most=3, retry_seconds=60)
    disk.is_full = True
    for _ in range(3):
        recorder.record(b"fits")
    with pytest.raises(OSError, match="neither disk nor memory"):
        recorder.record(b"does not")
    disk.is_full = False
    assert recorder.flush() == 0
    assert disk.taken == [b"fits"] * 3


def test_a_fork_does_not_write_what_its_parent_will(tmp_path):
    written = tmp_path / "written"
    full = [True]

    def append(record: bytes) -> None:
        if full:
            raise OSError(errno.ENOSPC, "No space left on device")
        with written.open("ab") as file:
            file.write(record)

    recorder = Recorder(append, retry_seconds=60)
    recorder.record(b"parent's ")
    child = os.fork()
    if child == 0:
        recorder.record(b"child's ")
        full.clear()
        recorder.flush()
        os._exit(0)
    os.waitpid(child, 0)
    full.clear()
    recorder.flush()
    assert written.read_bytes() == b"child's parent's "


def test_a_real_disk_that_is_full_loses_nothing(small_disk):
    writer = spool.Writer(small_disk / "spool")
    recorder = Recorder(writer.append, retry_seconds=0.05)
    ballast = small_disk / "ballast"
    made = [b"%06d" % number + b"." * 194 for number in range(600)]
    for record in made[:100]:
        recorder.record(record)
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    for record in made[100:400]:
        recorder.record(record)
    assert len(_read(small_disk)) < 400
    ballast.unlink()
    for record in made[400:]:
        recorder.record(record)
    until(lambda: recorder.flush() == 0, "nothing waits")
    assert sorted(_read(small_disk)) == made


def _read(disk: Path) -> list[bytes]:
    return [
        record
        for segment in spool.segments(disk / "spool")
        for record in spool.read(segment, 0, 1_000_000)[0]
    ]
