"""Keep a lane in mails: claim rows, commit the intent of one window after the other, settle.

All that a lane asks the ledger for goes over one connection, here. `Ahead` has it done one
window ahead, in a thread of its own: a lane with several connections to a server then never
waits for the database, and two half windows are under way instead of a whole one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Protocol

from django.conf import settings
from django.db import connection

from campaigns.sending import claiming, fence, pacing
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing.gates import Brakes, Gate
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.results import Result

# A claim is sized to about so many seconds of work: far less than its lease, and little
# enough that no lane still has much to do when the others find nothing left.
CLAIM_SECONDS = 1.5
FIRST_CLAIM = 32
# A database that restarts should not cost us the answers that we hold.
DATABASE_PATIENCE = 20.0


class Turn(Protocol):
    """What a supply has to know of the worker's turn that it is for."""

    brakes: Brakes

    @property
    def provider_id(self) -> int: ...

    def is_over(self) -> bool: ...


@dataclass(eq=False)
class Hold:
    """A claim, and the gate that its rows go through."""

    claim: claiming.Claim
    gate: Gate
    rows: Sequence[Claimed]
    began: float = field(default_factory=time.monotonic)
    # Mails that the lane has not brought back.
    out: int = 0


@dataclass
class Batch:
    """A window whose intent is committed, or a piece of it, and what the lane makes of it."""

    hold: Hold
    rows: list[Claimed]
    # Those whose mail was made, each with what became of it. The others were not touched.
    made: list[Claimed] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    unmade: list[Result] = field(default_factory=list)

    def results(self) -> list[Result]:
        """Return what the ledger is to be told."""
        found = [*self.unmade, *map(pacing.result, self.made, self.outcomes)]
        if len(found) < len(self.rows):
            told = {result.id for result in found}
            untried = Outcome(Verdict.UNTRIED)
            found += [pacing.result(row, untried) for row in self.rows if row.id not in told]
        return found


class Supply:
    """The windows of one lane."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        # How many the lane can take at once.
        self.window = 1
        self._claim_size = FIRST_CLAIM
        self._hold: Hold | None = None
        # Used up, but some of it is still out.
        self._former: list[Hold] = []
        self._is_open, self._is_checked = True, False
        self._error: Exception | None = None

    def next(self, *done: Batch) -> Batch | None:
        """Take `done` in, commit the intent to mail a few more, and return those.

        None: there is nothing to do for this lane any more.
        """
        self._note(done)
        if self._error is not None:
            raise self._error
        try:
            return self._next()
        except Exception:
            self._is_open = False
            raise

    def get_ready(self) -> None:
        """Do while nobody waits what the window after the next would have to wait for.

        What goes wrong is told when that one is asked for.
        """
        try:
            for hold in [hold for hold in self._former if not hold.out]:
                self._former.remove(hold)
                self._finish(hold)
            # Where something is limited, only who needs a row may hold it.
            if not self._turn.brakes.are_on and self._hold is not None and not self._hold.rows:
                self._put_away()
                self._claim()
        except Exception as error:
            self._is_open, self._error = False, error

    def close(self, *done: Batch) -> None:
        """Take in what is left, settle it, and give the rest back."""
        self._note(done)
        if self._hold is not None:
            self._former.append(self._hold)
        errors: list[Exception] = []
        for hold in self._former:
            try:
                self._finish(hold)
            except Exception as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _next(self) -> Batch | None:
        while self._may_go_on():
            if self._hold is None or not self._hold.rows:
                self._put_away()
                if not self._claim():
                    return None
            elif (batch := self._intend(self._hold)) is not None:
                return batch
        return None

    def _may_go_on(self) -> bool:
        if not self._is_checked:
            # Asked on the connection that claims: it may lead to another server by now.
            self._is_checked, self._is_open = True, fence.check()
        return self._is_open and not self._turn.is_over()

    def _claim(self) -> bool:
        if not self._may_go_on():
            # What was put away has moved to another server.
            return False
        brakes = self._turn.brakes
        size = brakes.claim_rows(self._claim_size)
        claim = claiming.Claim(brakes.campaign_id, size, self._turn.provider_id)
        claim.reminder_of = brakes.reminder_of
        if claim.rows and claim.rows[0].revision != brakes.revision:
            # Edited since the turn began, perhaps to another sender: for a turn that knows.
            self._is_open = False
            claim.give_back()
            return False
        self._hold = Hold(claim, brakes.gate(claim), claim.rows) if claim.rows else None
        return self._hold is not None

    def _intend(self, hold: Hold) -> Batch | None:
        part, hold.rows = hold.gate.next(hold.rows, self.window)
        if not part:
            return None
        granted = hold.claim.intend(part)
        brakes = self._turn.brakes
        if len(granted) < len(part) and not claiming.is_running(
            brakes.campaign_id, brakes.revision
        ):
            # Whatever was granted before the pause or the edit came is a promise by now.
            hold.rows = ()
        if not granted:
            return None
        hold.out += len(granted)
        return Batch(hold, granted)

    def _note(self, done: Sequence[Batch]) -> None:
        """Keep what became of all of them, before anything of it is written and may fail."""
        for batch in done:
            batch.hold.out -= len(batch.rows)
            batch.hold.claim.note(batch.results())
        for batch in done:
            batch.hold.gate.learn(batch.made, batch.outcomes)

    def _put_away(self) -> None:
        hold, self._hold = self._hold, None
        if hold is None:
            return
        if hold.out:
            self._former.append(hold)
        else:
            self._finish(hold)

    def _finish(self, hold: Hold) -> None:
        try:
            lasted = hold.claim.settle(patience=DATABASE_PATIENCE)
            self._is_open = self._is_open and lasted
        finally:
            try:
                hold.gate.close()
            finally:
                hold.claim.give_back(delay=self._turn.brakes.shut or 0)
        self._size_claim(time.monotonic() - hold.began)

    def _size_claim(self, took: float) -> None:
        if took < CLAIM_SECONDS / 2:
            self._claim_size = min(self._claim_size * 2, settings.SEND_CLAIM_ROWS)
        elif took > CLAIM_SECONDS:
            self._claim_size = max(self._claim_size // 2, 1)


class Ahead:
    """A supply that prepares the next window while the lane is busy with one."""

    def __init__(self, supply: Supply, meanwhile: Callable[[], bool] = lambda: False) -> None:
        """`meanwhile` is done while a window is waited for, as long as it says it is of use."""
        self._supply, self._meanwhile = supply, meanwhile
        # What the lane is done with, and whether it wants more.
        self._brought: SimpleQueue[tuple[tuple[Batch, ...], bool]] = SimpleQueue()
        self._found: SimpleQueue[Batch | Exception | None] = SimpleQueue()
        self._error: Exception | None = None
        name = f"{threading.current_thread().name}-supply"
        self._thread = threading.Thread(target=self._run, name=name)
        self._thread.start()
        self._brought.put(((), True))

    @property
    def window(self) -> int:
        """How many mails the lane can take at once."""
        return self._supply.window

    @window.setter
    def window(self, size: int) -> None:
        self._supply.window = size

    def next(self, *done: Batch) -> Batch | None:
        """Return a window that is ready, and have the next prepared. Raises as `Supply` does."""
        self._brought.put((done, True))
        while self._found.empty() and self._meanwhile():
            pass
        found = self._found.get()
        if isinstance(found, Exception):
            raise found
        return found

    def close(self, *done: Batch) -> None:
        """Take in what is left: of the window that nobody came for, nothing has left."""
        spare = self._found.get()
        self._brought.put(((*done, spare) if isinstance(spare, Batch) else done, False))
        self._thread.join()
        # The first is what began it.
        for error in (spare, self._error):
            if isinstance(error, Exception):
                raise error

    def _run(self) -> None:
        try:
            done, goes_on = self._brought.get()
            while goes_on:
                self._found.put(self._next(done))
                self._supply.get_ready()
                done, goes_on = self._brought.get()
            self._supply.close(*done)
        except Exception as error:
            self._error = error
        finally:
            connection.close()

    def _next(self, done: tuple[Batch, ...]) -> Batch | Exception | None:
        try:
            return self._supply.next(*done)
        except Exception as error:
            return error
