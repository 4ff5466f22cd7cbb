"""Providers' HTTP APIs on loopback: Mailgun, Postmark and Amazon SES as they answer.

The recipient's local part says what happens, as in `slow-down-1@example.com`. What a
provider accepted is in `accepted`, written before the answer goes out.
"""

import base64
import email
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Accepted:
    provider: str
    recipient: str
    fields: dict[str, Any]


@dataclass
class Stub:
    url: str = ""
    accepted: list[Accepted] = field(default_factory=list)
    requests: int = 0
    connections: int = 0
    # Answer every request like this: (status, headers, body).
    always: tuple[int, dict[str, str], str] | None = None

    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.accepted]


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
        local = to.partition("@")[0]
        if local.startswith("slow-down"):
            return self.slow_down(provider)
        if local.startswith("refused"):
            return self.refuse(provider)
        if local.startswith("wrong-key"):
            return self.answer(*WRONG_KEY[provider])
        self.stub.accepted.append(Accepted(provider, to, fields))
        if local.startswith("lost-answer"):
            return self.answer(500, {}, "internal error")
        if local.startswith("cut"):
            self.close_connection = True
            return None
        if local.startswith("garbled"):
            return self.answer(200, {}, '{"id": "')
        if local.startswith("silent"):
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
