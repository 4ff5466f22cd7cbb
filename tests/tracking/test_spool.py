"""The spool: what was written is read, once, whatever happened in between."""

import fcntl
import os
import stat
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.browser.stack import until
from tracking import spool

RECORDS = [b"first", b"second \xca\xfe", b"", b"x" * spool.MAX_RECORD]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def test_records_are_read_as_they_were_written(folder):
    writer = spool.Writer(folder)
    for record in RECORDS:
        writer.append(record)
    assert everything(folder) == RECORDS


def test_nobody_else_may_read_the_spool(folder):
    folder.mkdir(mode=0o755)
    spool.Writer(folder).append(b"who and where")
    (segment,) = spool.segments(folder)
    assert stat.S_IMODE(segment.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_reading_goes_on_where_it_stopped(folder):
    writer = spool.Writer(folder)
    for record in RECORDS:
        writer.append(record)
    (segment,) = spool.segments(folder)
    found, offset = [], 0
    while True:
        records, offset = spool.read(segment, offset, 1)
        if not records:
            break
        found += records
    assert found == RECORDS
    assert offset == segment.stat().st_size


def test_a_full_segment_is_followed_by_another(folder):
    writer = spool.Writer(folder, max_bytes=100)
    records = [b"%d" % number * 20 for number in range(9)]
    for record in records:
        writer.append(record)
    assert len(spool.segments(folder)) > 1
    assert everything(folder) == records


def test_what_is_written_reaches_the_disk_soon_and_together(folder, monkeypatch):
    synced: list[int] = []
    real = os.fdatasync

    def sync(file: int) -> None:
        synced.append(os.fstat(file).st_size)
        real(file)

    monkeypatch.setattr(os, "fdatasync", sync)
    writer = spool.Writer(folder, fsync_seconds=0.2)
    for _ in range(50):
        writer.append(b"hit")
    written = segment_of(folder).stat().st_size
    until(lambda: synced and synced[-1] == written, "the disk has it all")
    assert len(synced) < 10


def test_without_a_time_nothing_is_forced_to_the_disk(folder, monkeypatch):
    def never(file: int) -> None:
        raise AssertionError("it was forced")

    monkeypatch.setattr(os, "fdatasync", never)
    spool.Writer(folder).append(b"hit")


def test_a_record_too_long_is_refused_and_harms_nothing(folder):
    writer = spool.Writer(folder)
    with pytest.raises(ValueError, match="too long"):
        writer.append(b"x" * (spool.MAX_RECORD + 1))
    writer.append(b"next")
    assert everything(folder) == [b"next"]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_torn_last_record_waits_for_what_follows(folder, cut):
    writer = spool.Writer(folder)
    writer.append(b"whole")
    whole = segment_of(folder).stat().st_size
    writer.append(b"torn!")
    os.truncate(segment_of(folder), segment_of(folder).stat().st_size - cut)
    assert spool.read(segment_of(folder), 0, 10) == ([b"whole"], whole)
    writer.append(b"after it")
    assert everything(folder) == [b"whole", b"after it"]


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=8), st.data())
def test_damage_costs_the_damaged_record_alone(records, data):
    framed = [frame(record) for record in records]
    hurt = data.draw(st.integers(0, len(framed) - 1))
    place = data.draw(st.integers(0, len(framed[hurt]) - 1))
    bad = bytearray(framed[hurt])
    bad[place] ^= data.draw(st.integers(1, 255))
    content = b"".join((*framed[:hurt], bytes(bad), *framed[hurt + 1 :]))
    found = [content[start:end] for start, end in spool._frames(content)]
    assert found == records[:hurt] + records[hurt + 1 :]


def test_a_full_disk_tears_nothing_else(folder, monkeypatch):
    writer = spool.Writer(folder)
    writer.append(b"before")
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:7]))
    with pytest.raises(OSError, match="only a part"):
        writer.append(b"does not fit")
    monkeypatch.undo()
    writer.append(b"after")
    assert everything(folder) == [b"before", b"after"]


def test_a_segment_goes_when_it_was_read_to_its_end(folder):
    writer = spool.Writer(folder)
    writer.append(b"one")
    writer.append(b"two")
    segment = segment_of(folder)
    writer.close()
    _records, offset = spool.read(segment, 0, 1)
    assert not spool.remove(segment, offset)
    _records, offset = spool.read(segment, offset, 10)
    assert spool.remove(segment, offset)
    assert spool.segments(folder) == []
    assert spool.remove(segment, offset), "a second drainer finds it done"


def test_a_segment_stays_while_it_is_written_to_and_its_writer_is_asked_to_leave_it(folder):
    writer = spool.Writer(folder)
    writer.append(b"one")
    first = segment_of(folder)
    assert not spool.remove(first, first.stat().st_size)
    writer.append(b"two, before the writer looked")
    until(lambda: not writer.holds(first), "the writer looks")
    writer.append(b"three")
    assert segment_of(folder) != first
    _records, offset = spool.read(first, 0, 10)
    assert spool.remove(first, offset)
    assert everything(folder) == [b"three"]


def test_a_writer_that_nobody_has_any_more_holds_nothing(folder):
    spool.Writer(folder).append(b"one")
    segment = segment_of(folder)
    assert spool.remove(segment, segment.stat().st_size)


def test_a_new_segment_that_a_drainer_removed_at_once_is_made_again(folder, monkeypatch):
    real = fcntl.flock
    removed: list[Path] = []

    def flock(file: int, operation: int) -> None:
        if operation == fcntl.LOCK_SH and not removed:
            removed.append(segment_of(folder))
            removed[0].unlink()
        real(file, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    spool.Writer(folder).append(b"one")
    assert removed
    assert everything(folder) == [b"one"]


def test_a_torn_end_goes_with_its_segment_and_is_told(folder, caplog):
    writer = spool.Writer(folder)
    writer.append(b"one")
    segment = segment_of(folder)
    writer.append(b"two")
    writer.close()
    os.truncate(segment, segment.stat().st_size - 1)
    records, offset = spool.read(segment, 0, 10)
    assert records == [b"one"]
    assert spool.remove(segment, offset)
    assert "9 bytes at the end of a segment were torn" in caplog.text


def test_a_record_behind_any_amount_of_damage_is_found(folder):
    writer = spool.Writer(folder)
    writer.append(b"before")
    segment = segment_of(folder)
    with segment.open("ab") as file:
        # More than one look of a reader, and magic bytes all over it.
        file.write(b"\xca\x00" * 40_000)
    writer.append(b"behind")
    writer.close()
    records, offset = spool.read(segment, 0, 1)
    assert records == [b"before"]
    assert not spool.remove(segment, offset)
    assert spool.read(segment, offset, 1) == ([b"behind"], segment.stat().st_size)


def test_threads_share_a_writer(folder):
    writer = spool.Writer(folder, max_bytes=500)

    def write(name: int) -> None:
        for number in range(200):
            writer.append(b"%d-%d" % (name, number))

    threads = [threading.Thread(target=write, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = [b"%d-%d" % (name, n) for name in range(4) for n in range(200)]
    assert sorted(everything(folder)) == sorted(expected)


def test_a_forked_process_writes_to_a_segment_of_its_own(folder):
    writer = spool.Writer(folder)
    writer.append(b"parent")
    child = os.fork()
    if child == 0:
        writer.append(b"child")
        os._exit(0)
    os.waitpid(child, 0)
    writer.append(b"parent again")
    assert len(spool.segments(folder)) == 2
    assert sorted(everything(folder)) == [b"child", b"parent", b"parent again"]


WRITER = """
import sys
from pathlib import Path
from tracking.spool import Writer
writer = Writer(Path(sys.argv[1]), max_bytes=4000)
for number in range(100_000_000):
    writer.append(b"%d" % number)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()
"""


def test_what_was_answered_survives_the_death_of_its_process(folder):
    """While a reader drains and removes segments, its writer is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    found: list[int] = []
    told = -1
    while told < 3000:
        told = int(process.stdout.readline())
        if told % 50 == 0:
            found += map(int, drained(folder))
    process.kill()
    rest = process.stdout.read().splitlines()
    told = int(rest[-1]) if rest else told
    process.wait()
    found += map(int, drained(folder))
    assert spool.segments(folder) == []
    # One record may have been written that was not told any more.
    assert found in (list(range(told + 1)), list(range(told + 2)))


def drained(folder: Path) -> list[bytes]:
    found = []
    for segment in spool.segments(folder):
        records, offset = spool.read(segment, 0, 1_000_000)
        if spool.remove(segment, offset):
            found += records
    return found


def everything(folder: Path) -> list[bytes]:
    return [
        record
        for segment in spool.segments(folder)
        for record in spool.read(segment, 0, 1_000_000)[0]
    ]


def segment_of(folder: Path) -> Path:
    return spool.segments(folder)[-1]


def frame(record: bytes) -> bytes:
    return spool._HEAD.pack(spool._MAGIC, len(record), zlib.crc32(record)) + record
