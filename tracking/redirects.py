"""Where links lead, without asking the database for each click.

Links never change once they have a number, so a process keeps what it has looked up. All
of it also stands in a file beside the spool: clicks go on being redirected while the
database is down, and on hosts that have just started.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

Lookup = Callable[[int], Mapping[int, str]]
SNAPSHOT = "links.json"


class LookupFailed(Exception):
    """The database did not answer."""


class Redirects:
    """Answers where a campaign's link leads. Safe between threads."""

    def __init__(self, lookup: Lookup, snapshot: Path) -> None:
        self._lookup = lookup
        self._snapshot = snapshot
        self._known: dict[int, dict[int, str]] = {}
        self._lock = threading.Lock()

    def target(self, campaign_id: int, number: int) -> str | None:
        """Return the address of a link, or None when there is no such link."""
        known = self._known.get(campaign_id)
        if known is not None and number in known:
            return known[number]
        # An edited campaign gets new numbers, so what is not known is asked for again.
        with self._lock:
            return self._found(campaign_id).get(number)

    def _found(self, campaign_id: int) -> Mapping[int, str]:
        try:
            links = dict(self._lookup(campaign_id))
        except LookupFailed:
            return self._kept().get(campaign_id, {})
        if links and links != self._known.get(campaign_id):
            self._known[campaign_id] = links
            self._keep()
        return links

    def _keep(self) -> None:
        """Write all that is known; a snapshot that cannot be written is done without."""
        everything = self._kept() | self._known
        self._known = everything
        fresh = self._snapshot.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        try:
            self._snapshot.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(json.dumps(everything))
            fresh.replace(self._snapshot)
        except OSError:
            fresh.unlink(missing_ok=True)

    def _kept(self) -> dict[int, dict[int, str]]:
        try:
            stored = json.loads(self._snapshot.read_text())
        except (OSError, ValueError):
            return {}
        return {
            int(campaign): {int(number): url for number, url in links.items()}
            for campaign, links in stored.items()
        }
