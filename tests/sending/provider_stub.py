"""Providers' HTTP APIs on loopback, each under a path of its kind, as `provider_wires` says.

The recipient's local part says what happens, as in `slow-down-1@example.com`. What a
provider accepted is in `accepted`, written before the answer goes out.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.sending.provider_calls import Answer, Call
from tests.sending.provider_wires import WIRES


@dataclass
class Accepted:
    provider: str
    recipient: str
    fields: dict[str, Any]
    # Of those in the same call, whoever makes its answer get lost.
    unlucky: str = ""


@dataclass
class Stub:
    url: str = ""
    accepted: list[Accepted] = field(default_factory=list)
    requests: int = 0
    connections: int = 0
    # Answer every request like this: (status, headers, body).
    always: tuple[int, dict[str, str], str] | None = None

    asked: list[str] = field(default_factory=list)
    # What a kind of provider answers to everything.
    broken: dict[str, Answer] = field(default_factory=dict)
    # What one address answers, before all else.
    at: dict[str, Answer] = field(default_factory=dict)
    # The idempotency key of each request, and what was answered to each.
    keys: list[str] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    @staticmethod
    def fate(kind: str, local: str) -> str:
        if local.startswith("refused"):
            return "refused"
        return "" if local.startswith("missing") else "taken"

    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.accepted]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def setup(self) -> None:
        super().setup()
        self.stub.connections += 1

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.stub.requests += 1
        if self.stub.always is not None:
            return self.answer(*self.stub.always)
        kind = self.path.split("/")[1]
        self.stub.asked.append(f"{self.command} {self.path}")
        if self.path in self.stub.at:
            return self.answer(*self.stub.at[self.path])
        if kind in self.stub.broken:
            return self.answer(*self.stub.broken[kind])
        wire, call = WIRES[kind], Call(self.path, dict(self.headers), body)
        key = wire.key(call)
        if key and key in self.stub.answers:
            return self.answer(*self.stub.answers[key])
        self.stub.keys.append(key)
        mails = wire.read(call)
        fates = [to.partition("@")[0] for to, _fields in mails]
        if any(fate.startswith("slow-down") for fate in fates):
            return self.answer(*wire.slow_down)
        if any(fate.startswith("wrong-key") for fate in fates):
            return self.answer(*wire.wrong_key)
        people = [
            (to, self.stub.fate(kind, fate)) for (to, _f), fate in zip(mails, fates, strict=True)
        ]
        if "refused" in dict(people).values() and (not wire.partly or len(people) == 1):
            return self.answer(*wire.refused)
        self.stub.accepted += [
            Accepted(kind, to, fields, _unlucky(fates))
            for (to, fields), (_to, fate) in zip(mails, people, strict=True)
            if fate != "refused"
        ]
        found = wire.taken(people[0][0])
        if len(people) > 1:
            found = wire.many(people) if wire.many else wire.taken("batch")
        if key:
            self.stub.answers[key] = wire.again or found
        return self.say(fates, found)

    def say(self, fates: list[str], found: Answer) -> None:
        """Tell the answer, unless somebody's fate is that it gets lost."""
        if any(fate.startswith("lost-answer") for fate in fates):
            return self.answer(500, {}, "internal error")
        if any(fate.startswith("cut") for fate in fates):
            self.close_connection = True
            return None
        if any(fate.startswith("garbled") for fate in fates):
            return self.answer(200, {}, '{"id": "')
        if any(fate.startswith("silent") for fate in fates):
            time.sleep(4)
        if any(fate.startswith("slow-answer") for fate in fates):
            time.sleep(0.3)
        return self.answer(*found)

    def answer(self, status: int, headers: dict[str, str], body: str) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Type" not in headers:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Say nothing: a test's output is its verdict."""


def _unlucky(fates: list[str]) -> str:
    lost = ("lost-answer", "cut", "garbled", "silent")
    return next((fate for fate in fates if fate.startswith(lost)), "")


@contextmanager
def running() -> Iterator[Stub]:
    """Serve the APIs on a free port."""
    stub = Stub()
    handler = type("BoundHandler", (Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
