"""Make whoever tries secrets that do not exist wait: links of shared reports, keys of programs.

Nobody guesses one; what is limited is how much they may ask. Of their address only a keyed hash
is kept, for minutes.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from campaigns.accounts import askers

# A link that a mail program broke is opened a few times, by a few people of one office.
MOST, SECONDS = 20, 300


def has_to_wait(request: HttpRequest, what: str) -> bool:
    """Whether too many of `what` that do not exist were asked for from there."""
    missed: int = cache.get(_key(request, what), 0)
    return missed >= MOST


def missed(request: HttpRequest, what: str) -> None:
    """Count one of `what` that does not exist."""
    askers.count(_key(request, what), SECONDS)


def _key(request: HttpRequest, what: str) -> str:
    return f"{what}:missed:{askers.name(request)}"
