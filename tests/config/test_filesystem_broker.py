"""The embedded broker leaves nothing behind of the processes that were killed with a message."""

import os
import time

import pytest
from kombu import Connection

from config import filesystem_broker


@pytest.fixture
def queue(tmp_path):
    """A queue in this folder."""
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    with Connection(
        transport="config.filesystem_broker:Transport",
        transport_options=folders | {"control_folder": str(tmp_path / "control")},
    ) as connection:
        # The transport remembers for the whole process which queues it has bound.
        yield connection.SimpleQueue(tmp_path.name)


def leave(folder, name, *, age):
    path = folder / name
    path.write_text("{}")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_what_a_killed_process_had_taken_or_half_written_is_cleared_away(queue, tmp_path):
    old = filesystem_broker.STALE + 60
    dead = [
        leave(tmp_path, ".taken_1_a.celery.msg", age=old),
        leave(tmp_path, ".1_b.celery.msg", age=old),
    ]
    alive = [leave(tmp_path, ".taken_2_a.celery.msg", age=5), leave(tmp_path, "notes", age=old)]
    with pytest.raises(queue.Empty):
        queue.get(block=False)
    assert not any(path.exists() for path in dead)
    assert all(path.exists() for path in alive)


def test_a_message_that_waited_long_is_taken_all_the_same(queue, tmp_path):
    queue.put({"ring": 1})
    [message] = tmp_path.glob("*.msg")
    os.utime(message, (time.time() - 2 * filesystem_broker.STALE,) * 2)
    assert queue.get(block=False).payload == {"ring": 1}
    assert not list(tmp_path.glob("*.msg"))
