"""Doorbells: safe settings, a broker in a folder, and a broker that is down."""

import multiprocessing
import shutil
import time
import uuid
from pathlib import Path

import pytest
from kombu import Connection

from config.celery import Doorbells, app


@pytest.fixture
def broker(tmp_path: Path):
    """A connection to a broker in a folder."""
    for part in ("messages", "control"):
        (tmp_path / part).mkdir()
    with Connection("filesystem://localhost//", transport_options=options(tmp_path)) as one:
        yield one


def name() -> str:
    """A queue that no other test knows: kombu remembers them for the whole process."""
    return f"queue{uuid.uuid4().hex}"


def options(folder: Path) -> dict[str, object]:
    messages = str(folder / "messages")
    return {
        "data_folder_in": messages,
        "data_folder_out": messages,
        "control_folder": str(folder / "control"),
        "polling_interval": 0.05,
    }


def test_messages_are_json_and_hold_no_results():
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_ignore_result is True
    assert not app.conf.result_backend
    assert app.conf.task_acks_late is False
    assert app.conf.worker_prefetch_multiplier == 1


def test_beat_calls_only_tasks_that_exist():
    app.loader.import_default_modules()
    wanted = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert wanted <= set(app.tasks)


def test_every_call_of_beat_expires():
    assert all(entry["options"]["expires"] for entry in app.conf.beat_schedule.values())


def test_messages_come_out_of_the_folder_in_order_and_once(broker):
    queue = broker.SimpleQueue(name())
    for number in range(20):
        queue.put({"number": number})
    assert [queue.get(timeout=60).payload["number"] for _ in range(20)] == list(range(20))
    with pytest.raises(queue.Empty):
        queue.get(timeout=0.2)


def test_nothing_is_left_in_the_folder(broker, tmp_path):
    queue = broker.SimpleQueue(name())
    queue.put({"number": 1})
    queue.get(timeout=60).ack()
    assert list((tmp_path / "messages").iterdir()) == []


def write(folder: Path, queue_name: str, count: int) -> None:
    with Connection("filesystem://localhost//", transport_options=options(folder)) as one:
        queue = one.SimpleQueue(queue_name)
        for number in range(count):
            queue.put({"number": number})


def test_two_readers_share_what_a_writer_writes_meanwhile(tmp_path):
    for part in ("messages", "control"):
        (tmp_path / part).mkdir()
    count, shared = 300, name()
    writer = multiprocessing.get_context("spawn").Process(
        target=write, args=(tmp_path, shared, count)
    )
    writer.start()
    links = [
        Connection("filesystem://localhost//", transport_options=options(tmp_path)) for _ in "ab"
    ]
    queues = [link.SimpleQueue(shared) for link in links]
    seen: list[int] = []
    deadline = time.monotonic() + 60
    while len(seen) < count and time.monotonic() < deadline:
        for queue in queues:
            try:
                seen.append(queue.get(block=False).payload["number"])
            except queue.Empty:
                continue
    writer.join()
    for link in links:
        link.close()
    assert sorted(seen) == list(range(count))


def test_a_folder_that_was_cleared_away_is_made_again(broker, tmp_path):
    queue = broker.SimpleQueue(name())
    queue.put({"number": 1})
    shutil.rmtree(tmp_path / "messages")
    queue.put({"number": 2})
    assert queue.get(timeout=60).payload["number"] == 2


def test_a_broker_that_is_down_does_not_fail_who_rings(caplog):
    lonely = Doorbells("lonely", broker="redis://127.0.0.1:1/0", set_as_current=False)
    lonely.conf.task_publish_retry = False
    lonely.send_task("some.task", args=[1])
    assert "some.task waits for the next tick" in caplog.text
