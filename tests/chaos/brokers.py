"""The brokers a run rings through: the embedded one, and real servers that can be killed."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

import redis
from kombu import Connection
from kombu.exceptions import KombuError

from config.children import left_behind
from tests.services import servers

QUEUE = "celery"


class Broker(Protocol):
    """What can be done to a broker. Whatever it is, nothing that mattered is lost."""

    url: str

    def empty(self) -> None:
        """Throw away every message that waits."""

    def crash(self) -> None:
        """Take it away without a word, and bring it back with nothing in it."""


class Embedded:
    """Message files in a folder. There is no server to crash, so the folder goes instead."""

    url = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def empty(self) -> None:
        for message in (self._folder / "messages").glob("*.msg"):
            message.unlink(missing_ok=True)

    def crash(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


class Served:
    """A real server, always on the same port."""

    def __init__(
        self,
        folder: Path,
        start: Callable[[Path, int], AbstractContextManager[str]],
        empty: Callable[[str], None],
    ) -> None:
        self._folder, self._start, self._empty = folder, start, empty
        self._port = servers.free_port()
        self._lives = 0
        self._stack = ExitStack()
        self._begin()

    def empty(self) -> None:
        # It may have no queue yet, or be busy coming up.
        with suppress(OSError, redis.RedisError, KombuError):
            self._empty(self.url)

    def crash(self) -> None:
        for pid in left_behind(str(next(self._home.iterdir()))):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.close()
        self._begin()

    def close(self) -> None:
        self._stack.close()

    def _begin(self) -> None:
        self._lives += 1
        self._home = self._folder / f"life{self._lives}"
        self._home.mkdir()
        self._home.chmod(0o711)
        self.url = self._stack.enter_context(self._start(self._home, self._port))


@contextmanager
def running(name: str, folder: Path, var: Path) -> Iterator[Broker]:
    """Give the broker of this name; `var` is where the embedded one keeps its messages."""
    if name not in _SERVED:
        yield Embedded(var / "broker")
        return
    servers.install()
    folder.chmod(0o711)
    broker = Served(folder, *_SERVED[name])
    try:
        yield broker
    finally:
        broker.close()


def _flush(url: str) -> None:
    redis.Redis.from_url(url).flushall()


def _purge(url: str) -> None:
    with Connection(url, connect_timeout=2) as connection:
        # The stubs take every channel for the plainest.
        connection.default_channel.queue_purge(QUEUE)  # type: ignore[attr-defined]


_SERVED = {
    "RabbitMQ": (servers.rabbitmq, _purge),
    "Redis": (servers.redis_server, _flush),
}
