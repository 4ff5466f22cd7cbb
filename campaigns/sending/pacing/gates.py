"""What a lane may hand over now: one question per window, and none where nothing is limited.

What may not go now is never slept for, but for a moment: rows of a mailbox provider that had
enough are given back for later, and where the sender had enough the worker goes away.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence

from django.conf import settings

from campaigns.composing.models import Campaign
from campaigns.sending.claiming import Claim
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import answers, domains, easing
from campaigns.sending.querysets import acquainting, canaries, holding, throttling
from campaigns.sending.querysets.deliveries import HELD
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.throttling import Shut

# A wait as short as this is waited for: going away and coming back takes longer.
PATIENCE = 2.0
# What is put off comes back within a day, a little denser than the limit lets through.
LONGEST_SPREAD, DENSITY = 86_400.0, 1.25


class Brakes:
    """What holds back one worker's turn at a campaign; shared by its lanes."""

    def __init__(self, campaign: Campaign, provider_id: int, stop: threading.Event) -> None:
        assert campaign.sender_id is not None  # noqa: S101 - a campaign that sends has one
        self.campaign_id, self.sender_id = campaign.pk, campaign.sender_id
        # Who takes the mails for now: it has limits of its own, and is judged by itself.
        self.provider_id = provider_id
        # The content that the turn began with: its connections are those of this one's sender.
        self.revision = campaign.revision
        # Of a reminder: whose readers it leaves out.
        self.reminder_of = campaign.non_openers_of_id
        self.stop = stop
        found = holding.brakes(self.campaign_id, self.sender_id, provider_id)
        self.throttled, canary, self.held = found
        self.canary = canary == "out"
        # Seconds until it is worth coming back; None while something may go.
        self.shut: float | None = settings.CANARY_MINUTES * 60 if canary == "waiting" else None
        self._most_rows: int = settings.SEND_CLAIM_ROWS
        self.eased: set[str] = set()
        # Its provider takes this sender's mails for the first time.
        self.is_new = False
        if self.throttled and self.shut is None:
            self._look_ahead()
        self._queues: dict[str, int] = {}
        self._began, self._handed = time.monotonic(), 0
        self.lock = threading.Lock()

    @property
    def are_on(self) -> bool:
        """Whether a window has to ask."""
        return self.throttled or self.canary or bool(self.held)

    @property
    def is_shut(self) -> bool:
        """Whether nothing of the campaign may go for now."""
        return self.shut is not None

    @property
    def connections(self) -> int:
        """How many to use: for the first few only one, which keeps their order."""
        connections: int = settings.SEND_CONNECTIONS
        return 1 if self.canary else connections

    def claim_rows(self, wanted: int) -> int:
        """Return how many rows a lane should claim at once, if it could use `wanted`."""
        few: int = settings.CANARY_SIZE
        if self.canary:
            # Little by little, or lanes would hold those who should be first while others go.
            return max(1, few // (4 * _lanes()))
        return min(wanted, self._most_rows)

    def gate(self, claim: Claim) -> Gate:
        """Return the gate that the rows of a claim go through."""
        return Gate(self, claim)

    def spread(self, limit: Shut) -> float:
        """Return the seconds over which what waits for a limit is spread out.

        Else all of it would come back together, for a limit that lets a few through.
        """
        with self.lock:
            if limit.mailbox not in self._queues:
                queue = throttling.count_waiting(self.campaign_id, limit.mailbox)
                self._queues[limit.mailbox] = queue
        needed = self._queues[limit.mailbox] / limit.most * limit.period
        return min(needed / DENSITY, LONGEST_SPREAD)

    def ease(self, mailbox: str, share: float) -> None:
        """Slow down for a mailbox provider that gets this share of what we hand over."""
        minutes = max(self.age / 60, 1 / 60)
        pace = self._handed / minutes * share
        easing.ease(self.sender_id, mailbox, per_minute=pace, provider_id=self.provider_id)
        self.eased.add(mailbox)
        self.throttled = True

    @property
    def age(self) -> float:
        """Seconds since the worker's turn began."""
        return time.monotonic() - self._began

    def count(self, n: int) -> None:
        """Remember that so many mails were handed over."""
        self._handed += n

    def _look_ahead(self) -> None:
        limits = throttling.look(self.sender_id, provider_id=self.provider_id)
        self.eased = {limit.mailbox for limit in limits if limit.kind == "eased"}
        self.is_new = any(limit.kind == "new" for limit in limits)
        whole = [limit for limit in limits if not limit.mailbox]
        waits = [limit.seconds for limit in whole if not limit.room]
        if waits and max(waits) > PATIENCE:
            self.shut = max(waits)
        for limit in whole:
            # No more than there is room for, and than the lease allows at this pace.
            pace = limit.most / limit.period * settings.SEND_LEASE_SECONDS / 3 / _lanes()
            self._most_rows = max(1, min(self._most_rows, max(limit.room // _lanes(), int(pace))))


def _lanes() -> int:
    """All connections that may work on one campaign."""
    lanes: int = settings.SEND_CONNECTIONS * settings.SEND_WORKERS
    return lanes


class Gate:
    """Lets the rows of one claim through, as far as all limits allow."""

    def __init__(self, brakes: Brakes, claim: Claim) -> None:
        self._brakes, self._claim = brakes, claim
        self._put_off: dict[int, float] = {}
        self._earned: Counter[str] = Counter()
        self._heard: list[tuple[Claimed, Outcome]] = []

    def next(
        self, rows: Sequence[Claimed], window: int
    ) -> tuple[Sequence[Claimed], Sequence[Claimed]]:
        """Return the rows of the next window that may go now, and the rows to ask for later."""
        brakes = self._brakes
        part, rest = rows[:window], rows[window:]
        if not brakes.are_on:
            return part, rest
        part = self._not_held(part)
        if brakes.throttled and part:
            part, again = self._within_limits(part)
            rest = [*again, *rest]
        if brakes.canary and part:
            part = self._within_canary(part)
        return part, rest

    def learn(self, rows: Sequence[Claimed], outcomes: Sequence[Outcome]) -> None:
        """Look at the answers to a window: who asks us to slow down, who takes mail again."""
        brakes = self._brakes
        brakes.count(len(rows))
        self._heard += zip(rows, outcomes, strict=True)
        if any(easing.is_slow_down(outcome) for outcome in outcomes):
            mailboxes = Counter(domains.mailbox_of(row.address) for row in rows)
            for row, outcome in zip(rows, outcomes, strict=True):
                mailbox = domains.mailbox_of(row.address)
                if easing.is_slow_down(outcome) and mailboxes[mailbox]:
                    brakes.ease(mailbox, mailboxes.pop(mailbox) / len(rows))
        elif brakes.eased:
            self._earned.update(
                domains.mailbox_of(row.address)
                for row, outcome in zip(rows, outcomes, strict=True)
                if outcome.verdict is Verdict.SENT
            )

    def close(self) -> None:
        """Write down what was put off, heard and earned: a statement each, if anything."""
        if self._put_off:
            self._claim.put_off(self._put_off)
        if self._heard:
            answers.add_up(self._brakes.campaign_id, self._heard, age=self._brakes.age)
        if self._brakes.is_new:
            taken = sum(outcome.verdict is Verdict.SENT for _row, outcome in self._heard)
            acquainting.double(self._brakes.sender_id, self._brakes.provider_id, taken)
        earned = {name: n for name, n in self._earned.items() if name in self._brakes.eased}
        if earned:
            throttling.add_back(
                self._brakes.sender_id, earned, provider_id=self._brakes.provider_id
            )

    def _not_held(self, rows: Sequence[Claimed]) -> list[Claimed]:
        held = self._brakes.held
        if not held:
            return list(rows)
        stay = [row for row in rows if domains.mailbox_of(row.address) in held]
        self._put_off.update((row.id, HELD.total_seconds()) for row in stay)
        gone = {row.id for row in stay}
        return [row for row in rows if row.id not in gone]

    def _within_limits(self, rows: Sequence[Claimed]) -> tuple[list[Claimed], list[Claimed]]:
        mailboxes = [domains.mailbox_of(row.address) for row in rows]
        taken = throttling.take(
            self._brakes.sender_id, Counter(mailboxes), provider_id=self._brakes.provider_id
        )
        go: list[Claimed] = []
        again: list[Claimed] = []
        off: list[tuple[Claimed, str]] = []
        seen: Counter[str] = Counter()
        for row, mailbox in zip(rows, mailboxes, strict=True):
            seen[mailbox] += 1
            if seen[mailbox] <= taken.granted[mailbox]:
                go.append(row)
            elif seen[mailbox] <= taken.left_by_mailbox[mailbox]:
                again.append(row)
            else:
                off.append((row, mailbox))
        self._wait_for_mailboxes(off, taken.shut)
        if again:
            self._wait_for_sender(taken.shut, idle=not go)
        return go, again

    def _wait_for_mailboxes(self, off: Sequence[tuple[Claimed, str]], shut: Sequence[Shut]) -> None:
        for mailbox in {mailbox for _row, mailbox in off}:
            mine = [limit for limit in shut if limit.mailbox == mailbox]
            slowest = min(mine, key=lambda limit: limit.most / limit.period)
            least = max(limit.seconds for limit in mine)
            spread = self._brakes.spread(slowest)
            self._put_off.update(
                # No secret hangs on it.
                (row.id, least + random.uniform(0, spread))  # noqa: S311
                for row, of in off
                if of == mailbox
            )

    def _wait_for_sender(self, shut: Sequence[Shut], *, idle: bool) -> None:
        waits = [limit.seconds for limit in shut if not limit.mailbox]
        wait = max(waits, default=0.1)
        if wait > PATIENCE:
            self._brakes.shut = wait
        elif idle:
            self._brakes.stop.wait(wait)

    def _within_canary(self, rows: Sequence[Claimed]) -> Sequence[Claimed]:
        granted = canaries.take(
            self._brakes.campaign_id, len(rows), minutes=settings.CANARY_MINUTES
        )
        if granted is None:
            # Somebody let the rest go.
            self._brakes.canary = False
            return rows
        if granted < len(rows):
            self._brakes.shut = settings.CANARY_MINUTES * 60.0
        return rows[:granted]
