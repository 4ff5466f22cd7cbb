"""Keep the copy of links beside the spool up to date, ahead of the first click."""

from __future__ import annotations

from pathlib import Path

from tracking.models import Link
from tracking.snapshots import Snapshot

_MOST = 10_000
# Ids are given before rows are committed: the last ones are looked at again.
_OVERLAP = 1_000


class Copier:
    """Copies new links into one folder."""

    def __init__(self, folder: Path) -> None:
        self._snapshot = Snapshot(folder)
        self._last_id = 0

    def copy(self) -> int:
        """Copy links that are new, and return how many. Raises `SnapshotError`."""
        added = 0
        while rows := list(
            Link.objects.filter(pk__gt=max(0, self._last_id - _OVERLAP))
            .order_by("pk")
            .values_list("pk", "campaign_id", "number", "url")[:_MOST]
        ):
            added += self._snapshot.add(row[1:] for row in rows)
            self._last_id = rows[-1][0]
            if len(rows) < _MOST:
                break
        return added
