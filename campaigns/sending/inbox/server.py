"""The SMTP server of the local inbox: aiosmtpd with AUTH, pipelining and quick reading."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

from campaigns.sending.inbox import arriving, credentials
from campaigns.sending.inbox.store import Kept, Store

logger = logging.getLogger(__name__)
# aiosmtpd tells every command, with its addresses, which are not for logs.
logging.getLogger("mail.log").setLevel(logging.ERROR)

SIZE_LIMIT = 10 * 1024 * 1024
_READ_AHEAD = 256 * 1024
# All that the stream holds, so that what we give back goes in front of what comes.
_EVERYTHING = 1 << 30
# How long connections may finish their mail after SIGTERM.
_GRACE_SECONDS = 3.0

_REPLIES = {
    Kept.STORED: "250 2.0.0 Stored",
    Kept.LATER: "451 4.3.0 The database is away for a moment, try again",
    Kept.NEVER: "550 5.1.1 There is no such workspace any more",
}


class Handler:
    """What aiosmtpd asks us about."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.idle = asyncio.Event()
        self.idle.set()
        self._busy = 0

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """A mail is under way: do not stop now."""
        self._busy += 1
        self.idle.clear()
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self.idle.set()

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say that commands may come in one go; reading from a stream, we always could."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_MAIL(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take mail of those only who signed in: the inbox is theirs."""
        if not session.authenticated:
            return "530 5.7.0 Sign in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Acknowledge when the mail is on disk, and not before."""
        # aiosmtpd leaves the type of what `authenticate` returned to us.
        workspace_id: int = session.auth_data  # type: ignore[assignment]
        content = envelope.original_content or b""
        mail = arriving.read(workspace_id, envelope.mail_from or "", envelope.rcpt_tos, content)
        return _REPLIES[await self.store.keep(mail)]

    async def handle_exception(self, error: Exception) -> str:
        logger.error("The inbox failed on a command", exc_info=error)
        return "451 4.3.0 Something went wrong here, try again"


class InboxSMTP(SMTP):
    """aiosmtpd, but reading a mail in big pieces instead of line by line.

    Line by line, a newsletter of 30 kB costs more than all the rest together.
    """

    # Of the stream, too: it holds the reader back at twice this.
    line_length_limit = _READ_AHEAD

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:
        if await self.check_helo_needed():
            return
        envelope = self.envelope
        if envelope is None or not envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        with self.event_handler.busy():
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            content = await self._content()
            reply = "552 5.3.4 The mail is larger than we take"
            if content is not None:
                envelope.content = envelope.original_content = content
                reply = await self._call_handler_hook("DATA")
            self._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd's
            await self.push(reply)

    async def _content(self) -> bytes | None:
        """Read up to the lone dot; return the mail, or None if it was too large."""
        # Begins with a line end, so that a dot alone on the first line is found as well.
        data = bytearray(b"\r\n")
        searched, too_large = 0, False
        while (end := data.find(b"\r\n.\r\n", searched)) < 0:
            if len(data) > SIZE_LIMIT:
                too_large = True
                del data[:-4]
            searched = max(0, len(data) - 4)
            piece = await self._reader.read(_EVERYTHING)
            if not piece:
                raise ConnectionResetError
            data += piece
        # What a pipelining client sent behind the mail goes back, in front of what comes.
        self._reader.feed_data(bytes(data[end + 5 :]))
        if too_large:
            return None
        return bytes(data[: end + 2]).replace(b"\r\n..", b"\r\n.")[2:]


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    """Let a workspace's own credentials in; `session.auth_data` becomes its id."""
    if not isinstance(given, LoginPassword):
        return AuthResult(success=False, handled=False)
    workspace_id = credentials.workspace_of(given.login, given.password)
    if workspace_id is None:
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=workspace_id)


def connection(handler: Handler) -> InboxSMTP:
    """Make the protocol of one connection."""
    return InboxSMTP(
        handler,
        hostname="candid.local",
        ident="Candid inbox",
        data_size_limit=SIZE_LIMIT,
        enable_SMTPUTF8=True,
        # Loopback only: there is no wire to listen on.
        auth_require_tls=False,
        authenticator=authenticate,
        loop=asyncio.get_running_loop(),
    )


async def serve(host: str, port: int) -> None:
    """Take mail until SIGTERM or SIGINT. Raises `OSError` when the port is taken."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    store = Store()
    async with store.running():
        handler = Handler(store)
        server = await loop.create_server(partial(connection, handler), host, port)
        logger.info("The inbox listens on %s:%s", host, port)
        await stop.wait()
        server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(handler.idle.wait(), _GRACE_SECONDS)
    logger.info("The inbox has stopped")
