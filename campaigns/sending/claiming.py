"""Hold deliveries of one campaign under a token and a lease, and hand them on window by window.

A claim costs nothing but time: it may be given back at any moment. An intent is a
promise: what was intended is settled, or becomes `unknown`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import psycopg
from django.conf import settings
from django.db import Error, OperationalError, connection
from django.utils.translation import gettext as _

from campaigns.composing.models import Campaign
from campaigns.sending import belonging, faults
from campaigns.sending.querysets import ledger, moves, non_openers, throttling
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.results import Result


class UnsafeDatabaseError(Exception):
    """The database may forget what it has confirmed, so nothing may be sent from it."""


class Claim:
    """Deliveries that we hold until we settle them, give them back, or die."""

    # Of a reminder: the campaign that its people did not open.
    reminder_of: int | None = None

    def __init__(self, campaign_id: int, limit: int, provider_id: int | None = None) -> None:
        self.campaign_id = campaign_id
        self._provider_id = provider_id
        self._token = uuid.uuid4()
        self._results: list[Result] = []
        moves.hold(self._token)
        lease = timedelta(seconds=settings.SEND_LEASE_SECONDS)
        rows = ledger.claim(campaign_id, token=self._token, limit=limit, lease=lease)
        self.rows: list[Claimed] = belonging.known(campaign_id, rows)
        if not self.rows:
            # Nobody gives it back, and a pooled connection would keep the lock for an hour.
            moves.let_go(self._token)
        faults.point(faults.AFTER_CLAIM)

    def intend(self, rows: Sequence[Claimed]) -> list[Claimed]:
        """Commit the intent to mail `rows`, and return those that may go out now.

        Settles the results noted so far in the same commit.
        """
        try:
            granted = self._promise([row.id for row in rows])
        except Error:
            # Committed or not: nothing of it is handed over by us, who hold the token.
            self.note(Result(row.id, "pending", untried=True) for row in rows)
            raise
        return [row for row in rows if row.id in granted]

    def note(self, results: Iterable[Result]) -> None:
        """Keep results; `intend` or `settle` writes them down."""
        self._results.extend(results)

    def settle(self, *, patience: float = 0) -> bool:
        """Write the noted results down. A database that is away is given `patience` seconds.

        Twice does no harm: a settled row has lost its token. Says whether the connection
        lasted: a new one may lead to another server, on which nothing may be claimed
        before it is looked at.
        """
        lasted = True
        ends_at = time.monotonic() + patience
        while self._results:
            try:
                ledger.exchange(self._token, self._results, [])
            except Error:
                if time.monotonic() > ends_at:
                    raise
                connection.close()
                lasted = False
                time.sleep(0.2)
            else:
                faults.point(faults.AFTER_RESULT)
                self._results = []
        return lasted

    def put_off(self, delays: Mapping[int, float]) -> None:
        """Return some of what was not intended, each for after so many seconds."""
        throttling.put_off(self._token, delays)

    def give_back(self, *, delay: float = 0) -> None:
        """Return whatever was not intended, for any worker to take after `delay` seconds."""
        ids = [row.id for row in self.rows]
        ledger.release(self._token, ids, timedelta(seconds=delay))
        moves.let_go(self._token)

    def _promise(self, ids: Sequence[int]) -> set[int]:
        if self.reminder_of is not None:
            # Not in the intent itself, which costs everybody: a glance before it is late enough.
            words = _("since the launch: no longer known not to have opened the first mail")
            non_openers.leave_out(self._token, self.reminder_of, ids, words)
        granted = ledger.exchange(self._token, self._results, ids, self._provider_id)
        if self._results:
            faults.point(faults.AFTER_RESULT)
        self._results = []
        faults.point(faults.AFTER_INTENT)
        if len(granted) < len(ids):
            refused = [pk for pk in ids if pk not in granted]
            ledger.leave_out(self._token, refused, _("unsubscribed or suppressed since the launch"))
        return granted


def is_running(campaign_id: int, revision: int) -> bool:
    """Whether the campaign is still to be sent, and still with this content."""
    running = Campaign.objects.filter(status=Campaign.Status.SENDING, revision=revision)
    return running.filter(pk=campaign_id).exists()


def is_out_of_space(error: OperationalError) -> bool:
    """Whether the database could not write because its disk, or its share of it, is full."""
    return isinstance(error.__cause__, psycopg.errors.DiskFull)


def out_of_space() -> str:
    """Say what a full disk means."""
    return _(
        "The database’s disk is full, so we stopped: what cannot be written down must not be sent."
    )


def check_database() -> None:
    """Refuse to send from a database that may lose a commit. Raises `UnsafeDatabaseError`."""
    names = moves.unsafe_settings()
    if names:
        text = _(
            "PostgreSQL runs with %(names)s off: after a crash it could forget that a mail has"
            " left, and send it again."
        )
        raise UnsafeDatabaseError(text % {"names": " and ".join(names)})
