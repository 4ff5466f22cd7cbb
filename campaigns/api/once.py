"""Make a thing once for all requests of one name: the header Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja.params import functions

from campaigns.accounts.api_keys import repeating
from campaigns.api import doors
from campaigns.api.problems import ProblemError

# What an operation takes as its argument for it.
NAME: Any = functions.Header(
    "",
    alias="Idempotency-Key",
    max_length=200,
    pattern="^[ -~]*$",
    description="A name of your own for this request: within a day, the same request of the same "
    "name makes nothing more.",
)


def made(request: HttpRequest, name: str, make: Callable[[], tuple[int, bool]]) -> tuple[int, bool]:
    """Return the number of what `make` makes, and whether it is new; of a name, only once."""
    if not name:
        return make()
    asked = f"{request.method} {request.path}\n".encode() + request.body
    try:
        return repeating.once(doors.key_id(request), name, asked, make)
    except repeating.OtherRequestError as error:
        said = "This Idempotency-Key came with another request. Use a new one."
        raise ProblemError("refused", said) from error
