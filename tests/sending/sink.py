"""An SMTP server that journals what it takes, and misbehaves on request.

A line goes into the journal before the reply goes out, so the journal is the truth about
what was accepted. The local part of an address says what happens to its mail, as in
`cut-after-1@example.com`; see `FAULTS`. `python -m tests.sending.sink PORT JOURNAL RATE` runs
it as a process of its own, which misbehaves at random for RATE of all mails.
"""

import base64
import contextlib
import hashlib
import quopri
import random
import re
import socket
import socketserver
import ssl
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.sending.lines import Lines

FAULTS = (
    "rcpt-450",  # a mailbox that is busy
    "rcpt-550",  # no such mailbox
    "data-451",  # refused for now, after all bytes
    "data-554",  # refused for good, after all bytes
    "cut-envelope",  # hangs up at RCPT
    "cut-before",  # hangs up in the middle of the data
    "cut-after",  # takes it, and hangs up without a word
    "no-after",  # refuses it, and hangs up without a word
    "stall-after",  # takes it, and never answers
)
# About more than one mail, so never met at random.
OPINIONS = {
    "slow-down": "451 4.7.1 too much mail from you",  # at RCPT
    "blocked": "550 5.7.1 we do not want this",  # at RCPT
    "data-454": "454 Throttling failure: Maximum sending rate exceeded.",  # as Amazon does
    "data-250": "250 2.0.0 ok",  # at DATA, a yes to what was not asked
    "rcpt-354": "354 go",  # at RCPT, as a server that is out of step
}
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([0-9a-f]{32})@", re.M | re.I)


@dataclass
class Taken:
    sender: str
    recipient: str
    content: bytes
    # On the clock of `time.monotonic`.
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> bytes:
        """The content, as a mail program shows it."""
        return quopri.decodestring(self.content)

    @property
    def uuid_hex(self) -> str:
        match = MESSAGE_ID.search(self.content)
        return match[1].decode() if match else ""


@dataclass
class Sink:
    """The server's behaviour and its journal."""

    pipelining: bool = True
    size: int = 0
    smtputf8: bool = False
    # Says it can pipeline, and throws away what came along with a command.
    lies: bool = False
    # Greets with this instead of 220; with nothing, it hangs up instead.
    greeting: str = "220 sink"
    sender_reply: str = "250 2.1.0 ok"
    mails_per_connection: int = 0
    # Turns away whoever comes while so many are there.
    most: int = 0
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    fault_rate: float = 0
    slow: float = 0
    # Answers to what it took only once this is set.
    gate: threading.Event | None = None
    journal_path: Path | None = None
    port: int = 0
    keep: bool = True
    taken: list[Taken] = field(default_factory=list)
    commands: list[bytes] = field(default_factory=list)
    connections: int = 0
    present: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Sink":
        sink = self

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError, EOFError):
                    Conversation(sink, self.request).run()

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def recipients(self) -> list[str]:
        return [taken.recipient for taken in self.taken]

    def note(self, verdict: str, mail: Taken, fault: str = "") -> None:
        """Write the truth down, before any reply."""
        with self.lock:
            if verdict == "accept" and self.keep:
                self.taken.append(mail)
            if self.journal_path is not None:
                with self.journal_path.open("a") as file:
                    file.write(f"{verdict} {mail.uuid_hex} {mail.recipient} {fault}\n")

    def fault_of(self, address: str) -> str:
        local = address.partition("@")[0]
        for name in (*FAULTS, *OPINIONS):
            if local.startswith(name):
                return name
        if self.fault_rate:
            # The same mail always meets the same fault the first time, another the next.
            dice = random.Random(
                hashlib.blake2b(address.encode()).digest() + time.time_ns().to_bytes(8)
            )
            if dice.random() < self.fault_rate:
                return dice.choice(FAULTS)
        return ""


class Conversation(Lines):
    def __init__(self, sink: Sink, sock: socket.socket) -> None:
        super().__init__(sock)
        self.sink = sink
        self.signed_in = sink.login is None
        self.count = 0

    def run(self) -> None:
        with self.sink.lock:
            self.sink.connections += 1
            self.sink.present += 1
            is_too_many = 0 < self.sink.most < self.sink.present
        try:
            if is_too_many:
                self.say("421 4.7.0 too many connections from you")
            else:
                self.converse()
        finally:
            with self.sink.lock:
                self.sink.present -= 1

    def converse(self) -> None:
        if self.sink.greeting:
            self.say(self.sink.greeting)
        if not self.sink.greeting.startswith("220"):
            return
        sender = recipient = ""
        while True:
            line = self.line()
            self.sink.commands.append(line)
            if self.sink.lies:
                time.sleep(0.02)
                self.drop_waiting()
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.greet()
            elif verb == b"STAR":
                self.say("220 go ahead")
                assert self.sink.tls is not None
                self.sock = self.sink.tls.wrap_socket(self.sock, server_side=True)
            elif verb == b"AUTH":
                self.sign_in(line)
            elif verb == b"MAIL":
                if self.sink.mails_per_connection and self.count >= self.sink.mails_per_connection:
                    self.say("421 4.7.0 too many mails on this connection")
                    return
                if sender:
                    self.say("503 5.5.1 nested MAIL")
                    continue
                self.say(self.sink.sender_reply)
                if self.sink.sender_reply.startswith("250"):
                    sender = line.decode()
            elif verb == b"RCPT":
                address = line[line.index(b"<") + 1 : line.index(b">")].decode()
                fault = self.sink.fault_of(address)
                if not sender or not self.signed_in:
                    self.say("503 5.5.1 not now")
                elif fault == "rcpt-450":
                    self.say("450 4.2.1 busy")
                elif fault == "rcpt-550":
                    self.say("550 5.1.1 no such mailbox")
                elif fault in ("slow-down", "blocked", "rcpt-354"):
                    self.say(OPINIONS[fault])
                elif fault == "cut-envelope":
                    return
                else:
                    self.say("250 2.1.5 ok")
                    recipient = address
            elif verb == b"DATA":
                if not recipient:
                    self.say("503 5.5.1 no valid recipients")
                    continue
                if fault == "data-250":
                    self.say(OPINIONS[fault])
                    continue
                self.say("354 go")
                if not self.data(sender, recipient, fault):
                    return
                self.count += 1
                sender = recipient = ""
            elif verb == b"RSET":
                sender = recipient = ""
                self.say("250 2.0.0 ok")
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("500 5.5.2 what?")

    def data(self, sender: str, recipient: str, fault: str) -> bool:
        """Take the data, and say whether the conversation goes on."""
        if fault == "cut-before":
            self.sock.recv(100)
            return False
        mail = Taken(sender, recipient, self.content())
        if self.sink.slow:
            time.sleep(self.sink.slow)
        if fault == "data-454":
            self.sink.note("refuse", mail)
            self.say(OPINIONS[fault])
            return True
        if fault in ("data-451", "data-554", "no-after"):
            self.sink.note("refuse", mail, fault)
            if fault == "no-after":
                return False
            self.say("451 4.3.0 later" if fault == "data-451" else "554 5.7.1 spam")
            return True
        self.sink.note("accept", mail, fault)
        if self.sink.gate is not None:
            self.sink.gate.wait(60)
        if fault == "cut-after":
            return False
        if fault == "stall-after":
            time.sleep(3 if self.sink.fault_rate else 60)
            return False
        self.say("250 2.0.0 taken")
        return True

    def greet(self) -> None:
        words = ["sink", "ENHANCEDSTATUSCODES"]
        if self.sink.pipelining:
            words.append("PIPELINING")
        if self.sink.size:
            words.append(f"SIZE {self.sink.size}")
        if self.sink.smtputf8:
            words.append("SMTPUTF8")
        if self.sink.tls is not None and not isinstance(self.sock, ssl.SSLSocket):
            words.append("STARTTLS")
        if self.sink.login is not None:
            words.append("AUTH PLAIN")
        last = len(words) - 1
        for number, word in enumerate(words):
            self.say(f"250{' ' if number == last else '-'}{word}")

    def sign_in(self, line: bytes) -> None:
        _nothing, user, password = base64.b64decode(line.split()[2]).split(b"\0")
        self.signed_in = (user.decode(), password.decode()) == self.sink.login
        self.say("235 2.7.0 welcome" if self.signed_in else "535 5.7.8 wrong password")


def main() -> None:
    port, journal, rate = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    with Sink(port=port, journal_path=journal, fault_rate=rate, keep=False, slow=0.02):
        threading.Event().wait()


if __name__ == "__main__":
    main()
