"""Hand mails over by SMTP, knowing at every moment whether the server may have taken one.

smtplib greets, encrypts and signs in; from there on the loop is ours, because smtplib
cannot say whether a lost connection was lost before or after the end of the data, and
makes four round trips where RFC 2920 allows one. A mail counts as possibly taken from the
moment the last byte of its terminator may have left, and not before.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from campaigns.accounts import outbound
from campaigns.sending import outcomes, wire
from campaigns.sending.outcomes import Handover, Outcome, Outgoing, TransportError, Verdict

# Servers close long connections sooner or later: better at a moment of our choice.
MAILS_PER_CONNECTION = 1000
# Replies that a server gives when it lost step with pipelined commands.
OUT_OF_STEP = {500, 503}
# The server ends the connection with this reply.
CLOSING = 421


@dataclass(frozen=True)
class Server:
    """Where to connect, and how. `security` is `none`, `starttls` or `tls`."""

    host: str
    port: int
    security: str = "none"
    username: str = ""
    password: str = ""
    greeting: str = "localhost"
    # RFC 5321 4.5.3.2.6 wants ten minutes for the last reply: giving up early makes unknowns.
    command_seconds: float = 60
    final_seconds: float = 600
    # A member named this host: connect only where `outbound` lets us.
    guarded: bool = False


class SmtpMailer:
    """One connection to one server; not to be shared by threads."""

    # How many mails may be under way at once: what a kill can leave unconfirmed.
    window = 32
    idempotent = 0.0
    wants: Literal["bytes", "parts"] = "bytes"

    def __init__(self, server: Server, sign: Callable[[bytes], bytes] | None = None) -> None:
        self.server, self.sign = server, sign
        self.pipelining = True
        self._smtp: smtplib.SMTP | None = None
        self._wire: wire.Wire | None = None
        self._handed_over = 0
        # The server still has an envelope of ours open, which only RSET closes.
        self._needs_reset = False
        # This envelope was written together with the end of the mail before it.
        self._ahead: Outgoing | None = None

    def hand_over(self, mails: Sequence[Outgoing], *, until: float = float("inf")) -> Handover:
        """Hand the mails over in order. Never raises: every mail gets an outcome.

        Begins no mail after `until`, on the clock of `time.monotonic`.
        """
        found: list[Outcome] = []
        trouble: TransportError | None = None
        clean = True
        try:
            line = self._connect()
            # Handing over nothing connects and signs in, which is how `doctor` asks.
            followers = [*mails[1:], None][: len(mails)]
            for mail, follower in zip(mails, followers, strict=True):
                if time.monotonic() > until:
                    break
                found.append(self._one(line, mail, follower))
                if found[-1].code == CLOSING:
                    raise _AgainError
        except wire.BrokenError as broken:
            clean = False
            found.append(_of_broken(broken))
            self.close()
        except _AgainError:
            clean = False
            self.close()
        except TransportError as error:
            clean, trouble = False, error
            self.close()
        untried = len(mails) - len(found)
        found += [Outcome(Verdict.UNTRIED)] * untried
        if self._handed_over >= MAILS_PER_CONNECTION or untried:
            self.close()
        return Handover(found, clean=clean and not untried, trouble=trouble)

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

    def _connect(self) -> wire.Wire:
        if self._wire is not None:
            return self._wire
        self._handed_over = 0
        self._smtp = sign_in(self.server)
        assert self._smtp.sock is not None  # noqa: S101 - it has just connected
        self._smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pipelining = self.pipelining and self._smtp.has_extn("pipelining")
        self._wire = wire.Wire(self._smtp.sock)
        return self._wire

    def _one(self, line: wire.Wire, mail: Outgoing, follower: Outgoing | None) -> Outcome:
        refusal = self._unfit(mail) or (
            self._envelope_at_once(line, mail)
            if self.pipelining
            else self._envelope_by_steps(line, mail)
        )
        if refusal is not None:
            return refusal
        return self._content(line, mail, follower)

    def _content(self, line: wire.Wire, mail: Outgoing, follower: Outgoing | None) -> Outcome:
        assert isinstance(mail.mail, bytes)  # noqa: S101 - `fill` made it
        end = b".\r\n" if mail.mail.endswith(b"\r\n") else b"\r\n.\r\n"
        tail = b""
        if self.pipelining and follower is not None and self._unfit(follower) is None:
            tail = self._envelope(follower)
            self._ahead = follower
        line.send(mail.mail + end + tail, vital=len(mail.mail) + len(end))
        self._handed_over += 1
        code, text = line.reply(self.server.final_seconds)
        line.vital = False
        if not (200 <= code < 300 or 400 <= code < 600):
            return Outcome(Verdict.UNKNOWN, code, text=text)
        return outcomes.of_reply(code, text)

    def _envelope_at_once(self, line: wire.Wire, mail: Outgoing) -> Outcome | None:
        """Send the envelope in one write, and return a refusal or None for "go ahead"."""
        if self._ahead is not mail:
            reset = self._needs_reset
            line.send((b"RSET\r\n" if reset else b"") + self._envelope(mail))
            if reset:
                self._expect(line, "RSET")
        self._ahead, self._needs_reset = None, False
        try:
            replies = [line.reply(self.server.command_seconds) for _command in range(3)]
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
            self._abandon(line, data[0])
            return outcomes.of_reply(*recipient)
        if data[0] != 354:
            self._needs_reset = True
            return outcomes.of_reply(*data)
        return None

    def _envelope_by_steps(self, line: wire.Wire, mail: Outgoing) -> Outcome | None:
        if self._needs_reset:
            line.send(b"RSET\r\n")
            self._expect(line, "RSET")
            self._needs_reset = False
        sender, recipient, data = self._envelope(mail).splitlines(keepends=True)
        line.send(sender)
        self._check_sender(*line.reply(self.server.command_seconds))
        for command, good in ((recipient, 2), (data, 3)):
            line.send(command)
            code, text = line.reply(self.server.command_seconds)
            if code == CLOSING:
                raise self._closing(text)
            if code // 100 != good:
                self._needs_reset = True
                return outcomes.of_reply(code, text)
        return None

    def _abandon(self, line: wire.Wire, data_code: int) -> None:
        """The server refused the only recipient of a pipelined envelope."""
        if data_code != 354:
            self._needs_reset = True
            return
        # RFC 2920 3.1: it waits for data all the same; an empty mail to nobody ends that.
        line.send(b".\r\n")
        line.reply(self.server.command_seconds)

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

    def _expect(self, line: wire.Wire, command: str) -> None:
        code, text = line.reply(self.server.command_seconds)
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
            if not address or any(mark in address for mark in "\r\n<> \0"):
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


def _of_broken(broken: wire.BrokenError) -> Outcome:
    if broken.vital:
        return Outcome(Verdict.UNKNOWN, text=str(broken))
    return Outcome(Verdict.DEFERRED, text=str(broken))


def sign_in(server: Server) -> smtplib.SMTP:
    """Connect, encrypt and authenticate, or raise `TransportError` in the server's words."""
    smtp = smtplib.SMTP(local_hostname=server.greeting, timeout=server.command_seconds)
    try:
        if server.security == "tls":
            smtp = smtplib.SMTP_SSL(
                local_hostname=server.greeting,
                timeout=server.command_seconds,
                context=ssl.create_default_context(),
            )
        smtp._host = server.host  # type: ignore[attr-defined]  # else STARTTLS checks no name
        host = outbound.addresses(server.host, server.port)[0] if server.guarded else server.host
        code, words = smtp.connect(host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.username:
            smtp.login(server.username, server.password)
    except outbound.OutboundError as error:
        raise TransportError(str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        smtp.close()
        raise _trouble(error) from error
    return smtp


def _trouble(error: smtplib.SMTPException | OSError) -> TransportError:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return TransportError(f"{error.smtp_code} {text}", lasting=error.smtp_code >= 500)
    lasting = isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLCertVerificationError)
    return TransportError(str(error) or type(error).__name__, lasting=lasting)
