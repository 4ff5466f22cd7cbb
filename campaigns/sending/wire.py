"""Lines over a socket, and the knowledge of what has certainly not left yet."""

from __future__ import annotations

import socket
import ssl
import struct

# One TLS record: a call that fails has sent nothing that the other side can read.
RECORD = 16_384
# Longer than any honest reply (RFC 5321 4.5.3.1.5 says 512 a line).
MAX_REPLY = 65_536


class BrokenError(Exception):
    """The connection is lost. `vital`: the last byte of a mail may have left before."""

    def __init__(self, reason: str, *, vital: bool = False) -> None:
        super().__init__(reason)
        self.vital = vital


class Wire:
    """A connected socket, read line by line."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = b""
        self._encrypted = isinstance(sock, ssl.SSLSocket)
        self._patience: float = sock.gettimeout() or 60
        if not self._encrypted:
            # The kernel keeps the time: Python would ask it before each call whether the
            # socket is ready, and let another thread in between.
            sock.settimeout(None)
            self._limit(socket.SO_SNDTIMEO, self._patience)
            self._limit(socket.SO_RCVTIMEO, self._patience)
        # The end of a mail may have left, and its reply has not been read.
        self.vital = False

    def send(self, data: bytes, *, vital: int = 0) -> None:
        """Send all of `data`. Once its first `vital` bytes may be out, so may the mail."""
        view = memoryview(data)
        sent = 0
        while sent < len(data):
            piece = view[sent : sent + RECORD] if self._encrypted else view[sent:]
            # A failed call on a plain socket has sent nothing; of an encrypted one we
            # do not rely on that.
            if vital and self._encrypted and sent + len(piece) >= vital:
                self.vital = True
            try:
                sent += self._sock.send(piece)
            except OSError as error:
                raise BrokenError(_words(error), vital=self.vital) from error
            if vital and sent >= vital:
                self.vital = True

    def reply(self, seconds: float) -> tuple[int, str]:
        """Read one reply: its code, and its lines as one text."""
        texts: list[str] = []
        while True:
            line = self._line(seconds)
            if not line[:3].isdigit():
                raise BrokenError("the reply is not SMTP", vital=self.vital)
            texts.append(line[4:].decode("utf-8", "replace").strip())
            if line[3:4] != b"-":
                return int(line[:3]), " ".join(texts)

    def _line(self, seconds: float) -> bytes:
        while b"\n" not in self._buffer:
            self._wait_at_most(seconds)
            try:
                got = self._sock.recv(MAX_REPLY)
            except OSError as error:
                raise BrokenError(_words(error), vital=self.vital) from error
            if not got:
                raise BrokenError("the server closed the connection", vital=self.vital)
            self._buffer += got
            if len(self._buffer) > MAX_REPLY:
                raise BrokenError("the reply is too long", vital=self.vital)
        line, _newline, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def _wait_at_most(self, seconds: float) -> None:
        if seconds == self._patience:
            return
        self._patience = seconds
        if self._encrypted:
            self._sock.settimeout(seconds)
        else:
            self._limit(socket.SO_RCVTIMEO, seconds)

    def _limit(self, option: int, seconds: float) -> None:
        whole, rest = divmod(max(seconds, 0.001), 1)
        self._sock.setsockopt(
            socket.SOL_SOCKET, option, struct.pack("ll", int(whole), int(rest * 1e6))
        )


def _words(error: OSError) -> str:
    if isinstance(error, TimeoutError | BlockingIOError):
        return "the server did not answer in time"
    return error.strerror or str(error) or type(error).__name__
