"""Read a mailbox by POP3 (RFC 1939), which remembers nothing: what was read is known by name."""

from __future__ import annotations

import poplib
import socket
from collections.abc import Sequence

from campaigns.sending.bounces import boxes
from campaigns.sending.bounces.boxes import Server


class Pop3Box:
    """The drop of one account. A mail's name is its unique id (UIDL)."""

    def __init__(self, server: Server) -> None:
        with boxes.translated(poplib.error_proto):
            self._pop = _Connection(server)
            try:
                self._pop.user(server.user)
                self._pop.pass_(server.password)
                lines = self._pop.uidl()[1]
            except BaseException:
                self._pop.close()
                raise
            words = [line.decode("ascii", "replace").split() for line in lines]
            self._numbers = {word[1]: int(word[0]) for word in words if len(word) == 2}

    def waiting(self, position: str) -> list[str]:
        return list(self._numbers)

    def fetch(self, uid: str) -> bytes | None:
        number = self._numbers.get(uid)
        if number is None:
            return None
        with boxes.translated(poplib.error_proto):
            return b"\r\n".join(self._pop.retr(number)[1])

    def remove(self, uids: Sequence[str]) -> None:
        with boxes.translated(poplib.error_proto):
            for uid in uids:
                if uid in self._numbers:
                    self._pop.dele(self._numbers.pop(uid))

    def close(self) -> None:
        """Only now does the server delete what it was told to."""
        try:
            with boxes.translated(poplib.error_proto):
                self._pop.quit()
        finally:
            self._pop.close()


class _Connection(poplib.POP3):
    """poplib, connected where we may, and not to be filled by a server that never ends."""

    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.host, server.port, timeout=boxes.SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._server.connect()

    def _getlongresp(self) -> tuple[bytes, list[bytes], int]:
        # poplib's own, with an end: a list of mails or a mail may have no more than this.
        answer = self._getresp()  # type: ignore[attr-defined]  # poplib's own
        lines: list[bytes] = []
        size = 0
        line, octets = self._getline()  # type: ignore[attr-defined]  # poplib's own
        while line != b".":
            size += octets
            if size > boxes.MOST_BYTES * 8:
                raise poplib.error_proto("the server sends without an end")
            lines.append(line[1:] if line.startswith(b"..") else line)
            line, octets = self._getline()  # type: ignore[attr-defined]  # poplib's own
        return answer, lines, size
