"""A window of mails: each is taken once, by whichever connection comes first for it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.sending.outcomes import UNTRIED, Outcome, Outgoing


@dataclass(slots=True)
class Taken:
    """A mail in somebody's hands, and its place in the window."""

    place: int
    mail: Outgoing
    # Why this server cannot have it, if so.
    refusal: Outcome | None = None


class Window:
    """What is to be handed over, and what became of it, in the same order.

    Mails are made when they are taken, so that it happens while a server is busy with others.
    """

    def __init__(self, mails: Iterable[Outgoing], until: float) -> None:
        self._mails = iter(mails)
        self._returned: deque[Taken] = deque()
        self._until = until
        self.outcomes: list[Outcome] = []
        self._open = 0

    @property
    def is_done(self) -> bool:
        """Whether something is known of every mail."""
        return not self._open

    @property
    def is_over(self) -> bool:
        """Whether it is too late to begin another mail."""
        return time.monotonic() > self._until

    def take(self) -> Taken | None:
        """Return the next mail that nobody has, or None."""
        if self.is_over:
            return None
        if self._returned:
            return self._returned.popleft()
        mail = next(self._mails, None)
        if mail is None:
            return None
        self.outcomes.append(UNTRIED)
        self._open += 1
        return Taken(len(self.outcomes) - 1, mail)

    def give_back(self, taken: Taken) -> None:
        """Let another connection have a mail of which nothing has left."""
        self._returned.append(taken)

    def settle(self, taken: Taken, outcome: Outcome) -> None:
        """Say what became of a mail."""
        self.outcomes[taken.place] = outcome
        self._open -= 1

    def close(self) -> None:
        """Call untried whatever nobody came to take."""
        for _mail in self._mails:
            self.outcomes.append(UNTRIED)
            self._open += 1
