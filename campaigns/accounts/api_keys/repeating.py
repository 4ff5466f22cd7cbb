"""Make a thing once, however often the request for it comes: Idempotency-Key.

The row is written in the transaction that makes the thing. A second request with the same
name waits for the first one's, and finds what was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.accounts.models import MadeOnce

KEPT = timedelta(days=1)
# What is being made has no number yet.
_NONE_YET = 0


class OtherRequestError(Exception):
    """The name was used for another request."""


@transaction.atomic
def once(
    key_id: int, name: str, request: bytes, make: Callable[[], tuple[int, bool]]
) -> tuple[int, bool]:
    """Return the number of what `make` makes, and whether it is new; of the same name, only once.

    Raises `OtherRequestError`, and whatever `make` does: then nothing was made.
    """
    hashed, asked = hashlib.sha256(name.encode()).digest(), hashlib.sha256(request).digest()
    mine = MadeOnce.objects.filter(key=key_id)
    mine.filter(at__lt=timezone.now() - KEPT).delete()
    row = MadeOnce(key_id=key_id, name=hashed, request=asked, made_id=_NONE_YET)
    MadeOnce.objects.bulk_create([row], ignore_conflicts=True)
    kept = mine.select_for_update().get(name=hashed)
    if bytes(kept.request) != asked:
        raise OtherRequestError
    if kept.made_id != _NONE_YET:
        return kept.made_id, False
    made_id, is_new = make()
    mine.filter(name=hashed).update(made_id=made_id)
    return made_id, is_new
