"""send.dkim: what DKIM adds to a mail, in processor time.

The letter is built for one person after the other, then built and signed, in turn, with RSA
(2048 bits) and Ed25519 together, as a sender with both records published does.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from bench import letter
from campaigns.sending.signing import Key, Signer

ROUNDS = 7
MAILS = 400


def run() -> list[dict[str, Any]]:
    """Measure in turn, and return the medians."""
    content = letter.stock()(1).message().as_bytes().replace(b"\n", b"\r\n")
    strong = Key("rsa", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    short = Key("ed", ed25519.Ed25519PrivateKey.generate())
    both, alone = Signer("acme.example", [strong, short]), Signer("acme.example", [short])
    rounds = [(_cost(both, content), _cost(alone, content)) for _ in range(ROUNDS)]
    cost = statistics.median(one for one, _other in rounds)
    small = statistics.median(other for _one, other in rounds)
    return [
        {
            "name": "send.dkim",
            "figure": round(cost * 1e6),
            "unit": "µs/mail",
            "reference": "with Ed25519 alone instead of RSA and Ed25519"
            f" (a mail of {len(content) // 1000} kB)",
            "reference_figure": round(small * 1e6),
            "ratio": round(statistics.median(one / other for one, other in rounds), 2),
            "target": "told",
            "met": True,
        }
    ]


def _cost(sign: Callable[[bytes], bytes], content: bytes) -> float:
    start = time.process_time()
    for _ in range(MAILS):
        sign(content)
    return (time.process_time() - start) / MAILS
