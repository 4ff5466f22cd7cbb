"""Celery's filesystem transport, without its two races.

The original writes a message in place, where a worker can fetch it half-written, and takes
one by moving it into the machine's shared temporary folder. Here both are one rename within
our own folder. A message can still be lost with the process that fetched it: messages are
doorbells, and beat rings again.
"""

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    # kombu-stubs name this parameter in two ways.
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = _made(self.data_folder_out)
        # The clock of the wall, unlike that of the original, orders messages across restarts.
        name = f"{time.time_ns():020d}_{uuid.uuid4().hex}.{queue}.msg"
        unfinished = folder / f".{name}"
        try:
            unfinished.write_text(dumps(payload))
            unfinished.rename(folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot write a message to {folder}: {error.strerror}") from error

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = _made(self.data_folder_in)
        waiting = (path.name for path in folder.iterdir())
        for name in sorted(name for name in waiting if name.partition(".")[2] == f"{queue}.msg"):
            taken = folder / f".taken_{name}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:  # Another worker was first.
                continue
            text = taken.read_text()
            taken.unlink()
            return loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        _made(self.data_folder_in)
        return int(super()._size(queue))


def _made(folder: str) -> Path:
    """Return the folder, there: somebody may have cleared it away."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path


class Transport(filesystem.Transport):
    Channel = Channel
