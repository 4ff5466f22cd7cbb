"""Idempotency keys: the same request with the same key is done once, however often it comes.

A mail alone goes by the delivery's name, a batch by the names of all in it: a batch whose
answer was lost is handed over again as the same batch, see `repeating`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from campaigns.accounts.models import Provider
from campaigns.sending.outcomes import Outgoing


@contextmanager
def shown(kind: str, backend: Any, message: Any, key: str) -> Iterator[None]:
    """Show the key with the call that is made inside."""
    if kind == Provider.Kind.BREVO:
        # Brevo reads it among the mail's headers, and leaves it out of the mail.
        message.extra_headers = {**message.extra_headers, "idempotencyKey": key}
        yield
        return
    backend.session.headers["Idempotency-Key"] = key
    try:
        yield
    finally:
        backend.session.headers.pop("Idempotency-Key", None)


def key_of(mails: Sequence[Outgoing]) -> str:
    """Return the key of a call for these mails, the same whenever it is made."""
    if len(mails) == 1:
        return str(uuid.UUID(hex=mails[0].uuid_hex))
    return hashlib.blake2b("".join(mail.uuid_hex for mail in mails).encode()).hexdigest()
