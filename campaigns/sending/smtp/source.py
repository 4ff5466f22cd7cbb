"""Where connections get their mails from: each is taken once, by whichever comes first for it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from campaigns.sending.outcomes import UNTRIED, Outcome, Outgoing


@dataclass(slots=True)
class Taken:
    """A mail in somebody's hands, and which one it is of all that were taken."""

    place: int
    mail: Outgoing
    # Why this server cannot have it, if so.
    refusal: Outcome | None = None


class Settled(NamedTuple):
    """A mail, and what became of it."""

    place: int
    mail: Outgoing
    outcome: Outcome


class Source:
    """Mails are made when they are taken, so that it happens while a server is busy with others."""

    def __init__(self) -> None:
        self._mails: Iterator[Outgoing] = iter(())
        self._returned: deque[Taken] = deque()
        self._settled: list[Settled] = []
        self._until = float("inf")
        # How many were ever taken.
        self.count = 0
        # Somebody came and got nothing.
        self.is_dry = True

    def feed(self, mails: Iterable[Outgoing], until: float) -> None:
        """Have these mails handed over; none is begun after `until`."""
        self._mails, self._until, self.is_dry = iter(mails), until, False

    def close(self) -> None:
        """Have no more made; what was given back is still to be had."""
        self._mails = iter(())

    @property
    def is_over(self) -> bool:
        """Whether it is too late to begin another mail."""
        return time.monotonic() > self._until

    def take(self) -> Taken | None:
        """Return the next mail that nobody has, or None."""
        if self._returned and not self.is_over:
            return self._returned.popleft()
        mail = None if self.is_over else next(self._mails, None)
        if mail is None:
            self.is_dry = True
            return None
        self.count += 1
        return Taken(self.count - 1, mail)

    def give_back(self, taken: Taken) -> None:
        """Let another connection have a mail of which nothing has left."""
        self._returned.append(taken)
        self.is_dry = False

    def settle(self, taken: Taken, outcome: Outcome) -> None:
        """Say what became of a mail."""
        self._settled.append(Settled(taken.place, taken.mail, outcome))

    def news(self) -> list[Settled]:
        """Return what was settled since the last call."""
        news, self._settled = self._settled, []
        return news

    def call_off(self) -> None:
        """Call untried what was given back, and nobody took."""
        while self._returned:
            self.settle(self._returned.popleft(), UNTRIED)
