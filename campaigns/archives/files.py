"""Where archives lie: a folder that nobody but us reads, under names that nobody can guess."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings


def new_name() -> str:
    """Return a name for a file that is not there yet."""
    return f"{secrets.token_hex(16)}.zip"


def folder() -> Path:
    """Return the folder, which is made when it is missing."""
    found = Path(settings.MEDIA_ROOT) / "archives"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def path(name: str) -> Path:
    """Return where the file is, or will be."""
    return folder() / Path(name).name


@contextmanager
def writing(name: str) -> Iterator[BinaryIO]:
    """Open a file that appears whole or not at all; who wrote at it before is forgotten."""
    half = path(name).with_suffix(f".{secrets.token_hex(4)}.part")
    descriptor = os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        half.replace(path(name))
    finally:
        half.unlink(missing_ok=True)


def remove(name: str) -> None:
    """Delete a file, if it is there."""
    path(name).unlink(missing_ok=True)
