"""A mailer for SMTP servers: some connections, all served by one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from campaigns.sending.outcomes import UNTRIED, Handover, Outgoing, TransportError
from campaigns.sending.smtp.connection import Connection, Ending
from campaigns.sending.smtp.conversing import TICK, Table
from campaigns.sending.smtp.signing_in import Server
from campaigns.sending.smtp.source import Settled, Source, Taken

# How many mails of a connection may be under way at once: what a kill can leave unconfirmed.
MAILS_UNDER_WAY = 32
# Seconds that whoever waits for something else can spare.
MOMENT = 0.005


@dataclass(frozen=True)
class Progress:
    """What is known by now of mails that were pushed, in no order."""

    settled: list[Settled]
    clean: bool = True
    trouble: TransportError | None = None


class SmtpMailer:
    """Some connections to one server; not to be shared by threads."""

    idempotent = 0.0
    wants: Literal["bytes", "parts"] = "bytes"

    def __init__(
        self,
        server: Server,
        sign: Callable[[bytes], bytes] | None = None,
        *,
        connections: int = 1,
    ) -> None:
        self.server, self.sign = server, sign
        self.window = MAILS_UNDER_WAY * connections
        self._connections = [Connection(server) for _ in range(connections)]
        self._source = Source()
        self._table: Table[Connection, Ending] = Table()
        self._busy: set[Connection] = set()
        # How those ended that took part since the last look.
        self._endings: dict[Connection, Ending] = {}

    def hand_over(self, mails: Iterable[Outgoing], *, until: float = float("inf")) -> Handover:
        """Hand the mails over in order. Never raises: every mail gets an outcome.

        Begins no mail after `until`, on the clock of `time.monotonic`. Mails are asked for
        when their turn comes.
        """
        first, mails = self._source.count, iter(mails)
        pushed = self.push(mails, until=until)
        if self._source.count == first:
            # To hand over nothing is to connect and sign in.
            self._start(self._connections[0], None)
        waited = self.wait()
        outcomes = [UNTRIED] * (self._source.count - first)
        for settled in (*pushed.settled, *waited.settled):
            outcomes[settled.place - first] = settled.outcome
        outcomes += [UNTRIED for _mail in mails]
        clean = pushed.clean and waited.clean and UNTRIED not in outcomes
        return Handover(outcomes, clean=clean, trouble=pushed.trouble or waited.trouble)

    def push(self, mails: Iterable[Outgoing], *, until: float = float("inf")) -> Progress:
        """Return as soon as all mails are on their way, with what is known of any by then.

        So a connection whose server takes its time holds no other up. What no connection
        could take is left in `mails`; `wait` tells of the rest.
        """
        self._source.feed(mails, until)
        self._start_idle()
        while self._busy and not self._source.is_dry:
            self._turn()
        self._source.close()
        return self._progress()

    def wait(self) -> Progress:
        """Wait for what is on its way, and return what became of it."""
        while self._busy:
            self._turn()
        self._source.call_off()
        return self._progress()

    def attend(self) -> bool:
        """Listen for a moment to what is on its way, and say whether anything is."""
        if self._busy:
            self._turn(MOMENT)
        return bool(self._busy)

    def close(self) -> None:
        """Let the connections go."""
        self._table.close()
        for connection in self._connections:
            connection.close()

    def _start_idle(self) -> None:
        for connection in self._connections:
            if self._source.is_dry:
                return
            # Who came to grief once gets no second chance at the same mails.
            if connection not in self._busy and self._endings.get(connection, _CLEAN).clean:
                taken = self._source.take()
                if taken is not None:
                    self._start(connection, taken)

    def _start(self, connection: Connection, taken: Taken | None) -> None:
        self._busy.add(connection)
        self._table.add(connection, connection.work_through(self._source, taken))

    def _turn(self, seconds: float = TICK) -> None:
        ended = self._table.turn(seconds)
        for connection, ending in ended:
            self._busy.discard(connection)
            self._endings[connection] = ending
        if ended:
            # One that broke has given back what it had not begun.
            self._start_idle()

    def _progress(self) -> Progress:
        clean = all(ending.clean for ending in self._endings.values())
        trouble = self._trouble()
        self._endings = {}
        return Progress(self._source.news(), clean, trouble)

    def _trouble(self) -> TransportError | None:
        """Do without connections that get nowhere; say what ails the server if that is all.

        Many servers take only so many connections from one client.
        """
        stuck = {
            connection: ending.trouble
            for connection, ending in self._endings.items()
            if ending.trouble is not None
        }
        is_all = len(stuck) == len(self._endings) and not self._busy
        for trouble in stuck.values():
            if trouble.lasting or trouble.retry_after or is_all:
                return trouble
        self._connections = [one for one in self._connections if one not in stuck]
        return None


_CLEAN = Ending()
