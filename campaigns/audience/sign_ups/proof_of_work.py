"""A small sum that a browser does before it may post a form as often as a person would.

To post one form costs it a blink; to post a million costs whoever wants to fill mailboxes
days. Without JavaScript nothing is asked, and a stricter limit holds instead.
"""

from __future__ import annotations

import hashlib
import secrets

from django.core import signing
from django.core.cache import cache

# Leading bits of the hash that are nought: 4,096 tries on average.
BITS = 12
SECONDS = 3600
_SALT = "campaigns.audience.proof_of_work"


def challenge() -> str:
    """Return what a proof is about: ours, of now, and of use once."""
    return signing.dumps(secrets.token_urlsafe(9), salt=_SALT)


def is_proof(given: str, answer: str) -> bool:
    """Whether `answer` proves work on a challenge of ours that nobody has used before."""
    if not answer.isascii() or not answer.isdecimal() or len(answer) > 12 or len(given) > 200:
        return False
    try:
        signing.loads(given, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return False
    digest = hashlib.sha256(f"{given}:{answer}".encode()).digest()
    if int.from_bytes(digest[:4], "big") >> (32 - BITS):
        return False
    used = hashlib.sha256(given.encode()).hexdigest()[:32]
    return cache.add(f"audience:proof:{used}", 1, SECONDS)
