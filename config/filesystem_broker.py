"""Celery's filesystem transport, without its two races.

The original writes a message in place, where a worker can fetch it half-written, and takes
one by moving it into the machine's shared temporary folder. Here both are one rename within
our own folder. A message can still be lost with the process that fetched it: messages are
doorbells, and beat rings again.
The file of such a message is cleared away within hours.
"""

import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

# Seconds after which whoever has a file in hand must be dead: it takes a moment.
STALE = 3600.0


class Channel(filesystem.Channel):
    _clears_at = 0.0

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

    def _clear_away(self, folder: Path) -> None:
        """Remove what processes that were killed had taken, or half written: beat rings again."""
        for path in folder.glob(".*.msg"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - STALE:
                    path.unlink()

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = _made(self.data_folder_in)
        waiting = (path.name for path in folder.iterdir())
        for name in sorted(name for name in waiting if name.partition(".")[2] == f"{queue}.msg"):
            taken = folder / f".taken_{name}"
            try:
                # So that nobody takes it for one that somebody left behind.
                os.utime(folder / name)
                (folder / name).rename(taken)
            except FileNotFoundError:  # Another worker was first.
                continue
            text = taken.read_text()
            taken.unlink()
            return loads(text)
        if time.monotonic() >= self._clears_at:
            self._clears_at = time.monotonic() + STALE
            self._clear_away(folder)
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
