"""send.tls: what encryption adds to the hand-over of one mail, in processor time of ours.

The same prebuilt mails go over a plain connection and over a TLS one, in turn, each with its
handshake. STARTTLS costs the same once it has begun.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import letter, sink, tls
from campaigns.sending.outcomes import Outgoing, Verdict
from campaigns.sending.smtp import Server, SmtpMailer

ROUNDS = 7
MAILS = 1_000


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    content = letter.stock()(1).message().as_bytes().replace(b"\n", b"\r\n")
    with sink.running() as (plain, _name), _encrypted(plain) as encrypted:
        rounds = [
            (
                _cost(Server("127.0.0.1", plain), content),
                _cost(Server("localhost", encrypted, security="tls"), content),
            )
            for _ in range(ROUNDS)
        ]
    bare = statistics.median(one for one, _other in rounds)
    safe = statistics.median(other for _one, other in rounds)
    return [
        {
            "name": "send.tls",
            "figure": round(safe * 1e6),
            "unit": "µs/mail",
            "reference": "the same hand-over without encryption (ours alone; a mail of"
            f" {len(content) // 1000} kB)",
            "reference_figure": round(bare * 1e6),
            "ratio": round(statistics.median(other / one for one, other in rounds), 2),
            "target": "told",
            "met": True,
        }
    ]


def _cost(server: Server, content: bytes) -> float:
    mailer = SmtpMailer(server)
    mails = [
        Outgoing(n, f"{n:032x}", "news@acme.example", f"person{n}@example.com", content)
        for n in range(MAILS)
    ]
    start = time.process_time()
    for first in range(0, MAILS, mailer.window):
        done = mailer.hand_over(mails[first : first + mailer.window])
        assert all(outcome.verdict is Verdict.SENT for outcome in done.outcomes), done
    used = time.process_time() - start
    mailer.close()
    return used / MAILS


@contextmanager
def _encrypted(port: int) -> Iterator[int]:
    """Give a port at which the plain server of `port` is reached by TLS, and believed."""
    with tempfile.TemporaryDirectory() as folder:
        pem = tls.certificate(Path(folder))
        number = sink.free_port()
        command = [sys.executable, "-m", "bench.tls", str(number), str(port), str(pem)]
        process = subprocess.Popen(command, cwd=sink.BASE)
        os.environ["SSL_CERT_FILE"] = str(pem)
        try:
            sink.wait_for(number)
            yield number
        finally:
            del os.environ["SSL_CERT_FILE"]
            process.terminate()
            process.wait()
