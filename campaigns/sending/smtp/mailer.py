"""A mailer for SMTP servers: some connections, all served by one thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from campaigns.sending.outcomes import Handover, Outgoing, TransportError
from campaigns.sending.smtp import conversing
from campaigns.sending.smtp.connection import Connection, Ending
from campaigns.sending.smtp.signing_in import Server
from campaigns.sending.smtp.window import Window

# How many mails of a connection may be under way at once: what a kill can leave unconfirmed.
MAILS_UNDER_WAY = 32


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

    def hand_over(self, mails: Iterable[Outgoing], *, until: float = float("inf")) -> Handover:
        """Hand the mails over in order. Never raises: every mail gets an outcome.

        Begins no mail after `until`, on the clock of `time.monotonic`. Mails are asked for
        when their turn comes.
        """
        window = Window(mails, until)
        # A connection that has nothing to do is not made.
        firsts = [window.take() for _ in self._connections]
        busy = [
            (connection, connection.work_through(window, first))
            for connection, first in zip(self._connections, firsts, strict=True)
            if first is not None or connection is self._connections[0]
        ]
        endings = conversing.together([work for _connection, work in busy])
        window.close()
        trouble = self._trouble([connection for connection, _work in busy], endings)
        clean = window.is_done and all(ending.clean for ending in endings)
        return Handover(window.outcomes, clean=clean, trouble=trouble)

    def close(self) -> None:
        """Let the connections go."""
        for connection in self._connections:
            connection.close()

    def _trouble(
        self, busy: Sequence[Connection], endings: Sequence[Ending]
    ) -> TransportError | None:
        """Do without connections that get nowhere; say what ails the server if that is all.

        Many servers take only so many connections from one client.
        """
        stuck = {
            connection: ending.trouble
            for connection, ending in zip(busy, endings, strict=True)
            if ending.trouble is not None
        }
        for trouble in stuck.values():
            if trouble.lasting or trouble.retry_after or len(stuck) == len(busy):
                return trouble
        self._connections = [one for one in self._connections if one not in stuck]
        return None
