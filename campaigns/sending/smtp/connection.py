"""Hand mails over by SMTP, knowing at every moment whether the server may have taken one.

smtplib greets, encrypts and signs in; from there on the loop is ours, because smtplib
cannot say whether a lost connection was lost before or after the end of the data, and
makes four round trips where RFC 2920 allows one. A mail counts as possibly taken from the
moment the last byte of its terminator may have left, and not before.
"""

from __future__ import annotations

import functools
import re
import smtplib
from dataclasses import dataclass

from campaigns.sending import outcomes
from campaigns.sending.outcomes import Outcome, Outgoing, TransportError, Verdict
from campaigns.sending.smtp import wire
from campaigns.sending.smtp.conversing import Conversation
from campaigns.sending.smtp.signing_in import Server, sign_in
from campaigns.sending.smtp.source import Source, Taken

# Servers close long connections sooner or later: better at a moment of our choice.
MAILS_PER_CONNECTION = 1000
# Replies that a server gives when it lost step with pipelined commands.
OUT_OF_STEP = {500, 503}
# The server ends the connection with this reply.
CLOSING = 421
# What would end an address or a command before its time.
_UNSAFE = re.compile(r"[\r\n<> \0]")


@dataclass(frozen=True)
class Ending:
    """How a connection came out of a window."""

    # Nothing went wrong with it.
    clean: bool = True
    trouble: TransportError | None = None


class Connection:
    """One connection to one server, made when it is needed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.pipelining = True
        self._smtp: smtplib.SMTP | None = None
        self._wire: wire.Wire | None = None
        self._handed_over = 0
        # The server still has an envelope of ours open, which only RSET closes.
        self._needs_reset = False
        # This envelope was written together with the end of the mail before it.
        self._ahead: Taken | None = None

    def work_through(self, source: Source, first: Taken | None) -> Conversation[Ending]:
        """Hand over `first` and what else the source has, until it is dry or the connection fails.

        With nothing to hand over it connects and signs in, which is how `doctor` asks. All that
        it takes is settled or given back when it ends.
        """
        taken = first
        follower: Taken | None = None
        ending = Ending()
        try:
            line = yield from self._connect()
            if taken is not None:
                taken.refusal = self._unfit(taken.mail)
            while taken is not None and not source.is_over:
                # The last mail of a connection has none: what waits is for the next.
                is_last = self._handed_over + 1 >= MAILS_PER_CONNECTION
                follower = None if is_last else source.take()
                if follower is not None:
                    follower.refusal = self._unfit(follower.mail)
                outcome = yield from self._one(line, taken, follower)
                source.settle(taken, outcome)
                taken = None
                if outcome.code == CLOSING:
                    raise _AgainError
                taken, follower = follower, None
        except wire.BrokenError as broken:
            ending = Ending(clean=False)
            if taken is not None:
                source.settle(taken, _of_broken(broken))
                taken = None
        except _AgainError:
            ending = Ending(clean=False)
        except TransportError as error:
            ending = Ending(clean=False, trouble=error)
        if taken is not None:
            source.settle(taken, outcomes.UNTRIED)
        if follower is not None:
            # Nothing of it has left; another connection may do better.
            source.give_back(follower)
        if not ending.clean or self._ahead or self._handed_over >= MAILS_PER_CONNECTION:
            self.close()
        return ending

    def close(self) -> None:
        """Say goodbye if that costs nothing, and forget the connection."""
        if self._smtp is None:
            return
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(2)
                self._smtp.sock.sendall(b"QUIT\r\n")
        except OSError:
            pass
        self._smtp.close()
        self._smtp = self._wire = self._ahead = None
        self._needs_reset = False

    def _connect(self) -> Conversation[wire.Wire]:
        if self._wire is not None:
            return self._wire
        self._handed_over = 0
        self._smtp = yield functools.partial(sign_in, self.server)
        assert self._smtp is not None and self._smtp.sock is not None  # noqa: S101 - connected
        self.pipelining = self.pipelining and self._smtp.has_extn("pipelining")
        self._wire = wire.Wire(self._smtp.sock)
        return self._wire

    def _one(self, line: wire.Wire, taken: Taken, follower: Taken | None) -> Conversation[Outcome]:
        refusal = taken.refusal
        if refusal is None and self.pipelining:
            refusal = yield from self._envelope_at_once(line, taken)
        elif refusal is None:
            refusal = yield from self._envelope_by_steps(line, taken.mail)
        if refusal is not None:
            return refusal
        return (yield from self._content(line, taken.mail, follower))

    def _content(
        self, line: wire.Wire, mail: Outgoing, follower: Taken | None
    ) -> Conversation[Outcome]:
        assert isinstance(mail.mail, bytes)  # noqa: S101 - `fill` made it
        end = b".\r\n" if mail.mail.endswith(b"\r\n") else b"\r\n.\r\n"
        vital = len(mail.mail) + len(end)
        if self.pipelining and follower is not None and follower.refusal is None:
            end += self._envelope(follower.mail)
            self._ahead = follower
        yield from line.send(mail.mail, end, vital=vital)
        self._handed_over += 1
        code, text = yield from line.reply(self.server.final_seconds)
        line.vital = False
        if not (200 <= code < 300 or 400 <= code < 600):
            return Outcome(Verdict.UNKNOWN, code, text=text)
        return outcomes.of_reply(code, text)

    def _envelope_at_once(self, line: wire.Wire, taken: Taken) -> Conversation[Outcome | None]:
        """Send the envelope in one write, and return a refusal or None for "go ahead"."""
        if self._ahead is not taken:
            reset = self._needs_reset
            yield from line.send((b"RSET\r\n" if reset else b"") + self._envelope(taken.mail))
            if reset:
                yield from self._expect(line, "RSET")
        self._ahead, self._needs_reset = None, False
        try:
            replies = []
            for _command in range(3):
                replies.append((yield from line.reply(self.server.command_seconds)))
        except wire.BrokenError as error:
            # It may be a server that only says it can pipeline: try again, step by step.
            self.pipelining = False
            raise _AgainError from error
        (mail_code, mail_text), recipient, data = replies
        # Only the first refusal speaks for itself: 503 after it is what it has to be.
        first = next((code for code, _text in replies if code >= 400), 0)
        if first in OUT_OF_STEP:
            self.pipelining = False
            raise _AgainError
        self._check_sender(mail_code, mail_text)
        if CLOSING in (recipient[0], data[0]):
            raise self._closing(recipient[1] if recipient[0] == CLOSING else data[1])
        if recipient[0] >= 300:
            yield from self._abandon(line, data[0])
            return _refusal(*recipient)
        if data[0] != 354:
            self._needs_reset = True
            return _refusal(*data)
        return None

    def _envelope_by_steps(self, line: wire.Wire, mail: Outgoing) -> Conversation[Outcome | None]:
        if self._needs_reset:
            yield from line.send(b"RSET\r\n")
            yield from self._expect(line, "RSET")
            self._needs_reset = False
        sender, recipient, data = self._envelope(mail).splitlines(keepends=True)
        yield from line.send(sender)
        self._check_sender(*(yield from line.reply(self.server.command_seconds)))
        for command, good in ((recipient, 2), (data, 3)):
            yield from line.send(command)
            code, text = yield from line.reply(self.server.command_seconds)
            if code == CLOSING:
                raise self._closing(text)
            if code // 100 != good:
                self._needs_reset = True
                return _refusal(code, text)
        return None

    def _abandon(self, line: wire.Wire, data_code: int) -> Conversation[None]:
        """The server refused the only recipient of a pipelined envelope."""
        if data_code != 354:
            self._needs_reset = True
            return
        # RFC 2920 3.1: it waits for data all the same; an empty mail to nobody ends that.
        yield from line.send(b".\r\n")
        yield from line.reply(self.server.command_seconds)

    def _check_sender(self, code: int, text: str) -> None:
        """A refused sender concerns every mail, not this one."""
        if code == CLOSING:
            raise self._closing(text)
        if code >= 300:
            raise TransportError(f"{code} {text}", lasting=code >= 500)

    def _closing(self, text: str) -> Exception:
        """421: the server ends the connection. After some mails that is its right."""
        if self._handed_over:
            return _AgainError()
        return TransportError(f"421 {text}")

    def _expect(self, line: wire.Wire, command: str) -> Conversation[None]:
        code, text = yield from line.reply(self.server.command_seconds)
        if code == CLOSING:
            raise self._closing(text)
        if code >= 300:
            raise wire.BrokenError(f"{command}: {code} {text}")

    def _envelope(self, mail: Outgoing) -> bytes:
        utf8 = "" if mail.address.isascii() else " SMTPUTF8"
        return (
            f"MAIL FROM:<{mail.envelope_from}>{utf8}\r\nRCPT TO:<{mail.address}>\r\nDATA\r\n"
        ).encode()

    def _unfit(self, mail: Outgoing) -> Outcome | None:
        """Refuse what this server could not take, or what would break the conversation."""
        assert self._smtp is not None  # noqa: S101 - asked only while connected
        for address in (mail.address, mail.envelope_from):
            if not address or _UNSAFE.search(address):
                return Outcome(Verdict.REFUSED, 553, "5.1.3", "not an address")
        limit = self._smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < _size(mail):
            return Outcome(Verdict.REFUSED, 552, "5.3.4", f"larger than the {limit} bytes it takes")
        if not mail.address.isascii() and not self._smtp.has_extn("smtputf8"):
            return Outcome(
                Verdict.REFUSED, 553, "5.6.7", "the mail server takes no international addresses"
            )
        return None


def _size(mail: Outgoing) -> int:
    return len(mail.mail) if isinstance(mail.mail, bytes) else 0


class _AgainError(Exception):
    """This connection is over, nothing is in doubt, and the next may do better."""


def _refusal(code: int, text: str) -> Outcome:
    """Read what a server says in place of "go on".

    A yes to what was not asked is none to the mail, of which nothing has left: the server's
    replies and our commands have lost each other.
    """
    if code < 400:
        raise wire.BrokenError(f"out of step: {code} {text}")
    return outcomes.of_reply(code, text)


def _of_broken(broken: wire.BrokenError) -> Outcome:
    if broken.vital:
        return Outcome(Verdict.UNKNOWN, text=str(broken))
    return Outcome(Verdict.DEFERRED, text=str(broken))
