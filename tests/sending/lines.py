"""The server's side of a conversation in lines (RFC 5321): say one, read one, read a mail."""

import socket


class Lines:
    """A socket, and what was read of it and not used yet."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""
        # Replies go out one by one, and must not wait for each other to be acknowledged.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, line: str) -> None:
        self.sock.sendall(line.encode() + b"\r\n")

    def line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            got = self.sock.recv(65_536)
            if not got:
                raise EOFError
            self.buffer += got
        line, _end, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def content(self) -> bytes:
        """Read a mail up to the lone dot, and take away the dots that were put before others."""
        # So that the end of an empty mail looks like any other.
        found = bytearray(b"\r\n" + self.buffer)
        searched = 0
        while (end := found.find(b"\r\n.\r\n", searched)) < 0:
            searched = max(len(found) - 4, 0)
            got = self.sock.recv(65_536)
            if not got:
                raise EOFError
            found += got
        self.buffer = bytes(found[end + 5 :])
        return bytes(found[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]

    def drop_waiting(self) -> None:
        self.buffer = b""
        self.sock.setblocking(False)
        try:
            while self.sock.recv(65_536):
                pass
        except BlockingIOError:
            pass
        finally:
            self.sock.setblocking(True)
