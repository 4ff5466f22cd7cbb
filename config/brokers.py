"""What each of Celery's brokers wants to be told, by its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def transport_options(url: str, folder: Path) -> dict[str, Any]:
    """Return the options of the transport; `folder` is for messages that lie in files."""
    if url.startswith("filesystem:"):
        return {
            "data_folder_in": str(folder / "messages"),
            "data_folder_out": str(folder / "messages"),
            "control_folder": str(folder / "control"),
            "polling_interval": 0.2,
        }
    if url.startswith("amqp"):
        return {"confirm_publish": True}
    return {}
