"""Providers' HTTP APIs on loopback: Mailgun, Postmark and Amazon SES as they answer.

The recipient's local part says what happens, as in `slow-down-1@example.com`; see `FAULTS`.
What a provider accepted is in `accepted` and in the journal, written before the answer goes
out. `python -m tests.sending.provider_stub PORT JOURNAL RATE` runs it as a process of its own,
which misbehaves at random for RATE of all mails.
"""

import base64
import email
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

FAULTS = (
    "slow-down",  # asks for time
    "refused",  # this recipient, for good
    "lost-answer",  # takes it, and says 500
    "cut",  # takes it, and hangs up
    "garbled",  # takes it, and half of the answer is missing
    "silent",  # takes it, and answers when nobody waits any more
)


@dataclass
class Accepted:
    provider: str
    recipient: str
    fields: dict[str, Any]

    @property
    def uuid_hex(self) -> str:
        """Our name for the mail, as the provider keeps it for its events."""
        match self.provider:
            case "mailgun":
                return str(self.fields["v:delivery"])
            case "postmark":
                return str(self.fields["Metadata"]["delivery"])
            case _:
                return str(json.loads(self.fields["mail"]["X-Metadata"])["delivery"])


@dataclass
class Stub:
    url: str = ""
    accepted: list[Accepted] = field(default_factory=list)
    requests: int = 0
    connections: int = 0
    # Answer every request like this: (status, headers, body).
    always: tuple[int, dict[str, str], str] | None = None
    fault_rate: float = 0
    slow: float = 0
    journal_path: Path | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.accepted]

    def note(self, mail: Accepted, fault: str) -> None:
        """Write the truth down, before any answer."""
        with self.lock:
            if self.journal_path is None:
                self.accepted.append(mail)
                return
            with self.journal_path.open("a") as file:
                file.write(f"accept {mail.uuid_hex} {mail.recipient} {fault}\n")

    def fault_of(self, address: str) -> str:
        """Return what happens to a mail to this address, or nothing."""
        named = next((name for name in FAULTS if address.startswith(name)), "")
        if not named and random.random() < self.fault_rate:
            return random.choice(FAULTS)
        return named


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def setup(self) -> None:
        super().setup()
        self.stub.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.stub.requests += 1
        if self.stub.always is not None:
            return self.answer(*self.stub.always)
        if self.path.endswith("/messages"):
            provider, to, fields = "mailgun", *self.mailgun(body)
        elif self.path.endswith("/email"):
            provider, to, fields = "postmark", *self.postmark(body)
        else:
            provider, to, fields = "amazon_ses", *self.amazon_ses(body)
        if to.startswith("wrong-key"):
            return self.answer(*WRONG_KEY[provider])
        fault = self.stub.fault_of(to)
        if fault == "slow-down":
            return self.slow_down(provider)
        if fault == "refused":
            return self.refuse(provider)
        time.sleep(self.stub.slow)
        self.stub.note(Accepted(provider, to, fields), fault)
        if fault == "lost-answer":
            return self.answer(500, {}, "internal error")
        if fault == "cut":
            self.close_connection = True
            return None
        if fault == "garbled":
            return self.answer(200, {}, '{"id": "')
        if fault == "silent":
            time.sleep(5)
        self.answer(200, {}, OK[provider](to))
        return None

    def mailgun(self, body: bytes) -> tuple[str, dict[str, Any]]:
        kind = self.headers["Content-Type"]
        if kind.startswith("multipart/"):
            head = f"Content-Type: {kind}\r\n\r\n".encode()
            parts = BytesParser(policy=default).parsebytes(head + body).iter_parts()
            fields = {
                str(part.get_param("name", header="content-disposition")): part.get_content()
                for part in parts
            }
        else:
            fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return fields["to"], fields

    def postmark(self, body: bytes) -> tuple[str, dict[str, Any]]:
        fields = json.loads(body)
        return fields["To"], fields

    def amazon_ses(self, body: bytes) -> tuple[str, dict[str, Any]]:
        fields = json.loads(body)
        raw = base64.b64decode(fields["Content"]["Raw"]["Data"])
        fields["raw"], fields["mail"] = raw, email.message_from_bytes(raw)
        return fields["Destination"]["ToAddresses"][0], fields

    def slow_down(self, provider: str) -> None:
        if provider == "amazon_ses":
            name = {"x-amzn-errortype": "TooManyRequestsException"}
            self.answer(429, name, '{"message": "Maximum sending rate exceeded."}')
        else:
            self.answer(429, {"Retry-After": "7"}, '{"message": "too many requests"}')

    def refuse(self, provider: str) -> None:
        if provider == "amazon_ses":
            name = {"x-amzn-errortype": "MessageRejected"}
            self.answer(400, name, '{"message": "Email address is not verified."}')
        elif provider == "postmark":
            text = "You tried to send to a recipient that has been marked as inactive."
            self.answer(422, {}, json.dumps({"ErrorCode": 406, "Message": text}))
        else:
            self.answer(400, {}, '{"message": "to parameter is not a valid address"}')

    def answer(self, status: int, headers: dict[str, str], body: str) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Say nothing: a test's output is its verdict."""


WRONG_KEY = {
    "mailgun": (401, {}, '{"message": "Invalid private key"}'),
    "postmark": (401, {}, '{"ErrorCode": 10, "Message": "Bad or missing Server API token."}'),
    "amazon_ses": (
        403,
        {"x-amzn-errortype": "InvalidSignatureException"},
        '{"message": "The request signature does not match."}',
    ),
}
OK = {
    "mailgun": lambda to: json.dumps({"id": f"<mg-{to}>", "message": "Queued. Thank you."}),
    "postmark": lambda to: json.dumps(
        {
            "ErrorCode": 0,
            "Message": "OK",
            "MessageID": f"pm-{to}",
            "To": to,
            "SubmittedAt": "2026-01-01T00:00:00Z",
        }
    ),
    "amazon_ses": lambda to: json.dumps({"MessageId": f"ses-{to}"}),
}


@contextmanager
def running(port: int = 0, **behaviour: Any) -> Iterator[Stub]:
    """Serve the APIs on a free port, or on this one."""
    stub = Stub(**behaviour)
    handler = type("BoundHandler", (Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    port, journal, rate = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    with running(port, journal_path=journal, fault_rate=rate, slow=0.002):
        threading.Event().wait()


if __name__ == "__main__":
    main()
