"""Lines over a socket, and the knowledge of what has certainly not left yet."""

from __future__ import annotations

import functools
import socket
import ssl

from campaigns.sending.smtp.conversing import READ, WRITE, Conversation

# One TLS record: a call that fails has sent nothing that the other side can read.
RECORD = 16_384
# Longer than any honest reply (RFC 5321 4.5.3.1.5 says 512 a line).
MAX_REPLY = 65_536
# Room for a mail or two: one that fits is gone in one call.
BUFFER = 262_144

Reply = tuple[int, str]


class BrokenError(Exception):
    """The connection is lost. `vital`: the last byte of a mail may have left before."""

    def __init__(self, reason: str, *, vital: bool = False) -> None:
        super().__init__(reason)
        self.vital = vital


class Wire:
    """A connected socket, read line by line. Its methods are parts of a conversation."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._descriptor = sock.fileno()
        self._buffer = b""
        self._encrypted = isinstance(sock, ssl.SSLSocket)
        self._patience: float = sock.gettimeout() or 60
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        sock.setblocking(False)
        # The end of a mail may have left, and its reply has not been read.
        self.vital = False

    def send(self, *parts: bytes, vital: int = 0) -> Conversation[None]:
        """Send all parts. Once the first `vital` bytes may be out, so may the mail."""
        sent = 0
        if not self._encrypted:
            # Most mails fit, and are not even copied together.
            try:
                sent = self._sock.sendmsg(parts)
            except BlockingIOError:
                pass
            except OSError as error:
                raise self._broken(error) from error
            if vital and sent >= vital:
                self.vital = True
        data = b"".join(parts) if sent < sum(map(len, parts)) else b""
        view = memoryview(data)
        while sent < len(data):
            piece = view[sent : sent + RECORD] if self._encrypted else view[sent:]
            # A failed call on a plain socket has sent nothing; of an encrypted one we
            # do not rely on that.
            if vital and self._encrypted and sent + len(piece) >= vital:
                self.vital = True
            try:
                sent += self._sock.send(piece)
            except (BlockingIOError, ssl.SSLWantWriteError):
                yield from self._wait(WRITE, self._patience)
            except ssl.SSLWantReadError:
                yield from self._wait(READ, self._patience)
            except OSError as error:
                raise self._broken(error) from error
            if vital and sent >= vital:
                self.vital = True

    def reply(self, seconds: float) -> Conversation[Reply]:
        """Read one reply: its code, and its lines as one text."""
        texts: list[str] = []
        while True:
            line, newline, rest = self._buffer.partition(b"\n")
            if not newline:
                yield from self._receive(seconds)
                continue
            self._buffer = rest
            try:
                code, text, is_last = _parsed(line)
            except ValueError as error:
                raise BrokenError("the reply is not SMTP", vital=self.vital) from error
            if is_last and not texts:
                return code, text
            texts.append(text)
            if is_last:
                return code, " ".join(texts)

    def _receive(self, seconds: float) -> Conversation[None]:
        """Wait for some bytes, and read what has come."""
        # OpenSSL may hold some already, of which the descriptor knows nothing.
        if not self._encrypted:
            yield from self._wait(READ, seconds)
        while True:
            try:
                got = self._sock.recv(4096)
                break
            except (BlockingIOError, ssl.SSLWantReadError):
                yield from self._wait(READ, seconds)
            except ssl.SSLWantWriteError:
                yield from self._wait(WRITE, seconds)
            except OSError as error:
                raise self._broken(error) from error
        if not got:
            raise BrokenError("the server closed the connection", vital=self.vital)
        self._buffer += got
        if len(self._buffer) > MAX_REPLY:
            raise BrokenError("the reply is too long", vital=self.vital)

    def _wait(self, event: int, seconds: float) -> Conversation[None]:
        try:
            yield self._descriptor, event, seconds
        except TimeoutError as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError) -> BrokenError:
        return BrokenError(_words(error), vital=self.vital)


# Servers say the same few things all the time.
@functools.lru_cache(maxsize=256)
def _parsed(line: bytes) -> tuple[int, str, bool]:
    """Read a line of a reply: its code, its text, and whether it is the last."""
    if not line[:3].isdigit():
        raise ValueError(line)
    text = line[4:].decode("utf-8", "replace").strip()
    return int(line[:3]), text, line[3:4] != b"-"


def _words(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    return error.strerror or str(error) or type(error).__name__
