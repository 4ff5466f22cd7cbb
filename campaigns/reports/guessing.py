"""Make whoever tries addresses of shared reports that do not exist wait.

Nobody guesses one; what is limited is how much they may ask. Of their address only a keyed hash
is kept, for minutes.
"""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from campaigns.accounts import askers

# A link that a mail program broke is opened a few times, by a few people of one office.
MOST, SECONDS = 20, 300


def has_to_wait(request: HttpRequest) -> bool:
    """Whether too many links that do not exist were asked for from there."""
    missed: int = cache.get(_key(request), 0)
    return missed >= MOST


def missed(request: HttpRequest) -> None:
    """Count a link that does not exist."""
    key = _key(request)
    if not cache.add(key, 1, SECONDS):
        try:
            cache.incr(key)
        except ValueError:
            # It went out of date in between.
            cache.set(key, 1, SECONDS)


def _key(request: HttpRequest) -> str:
    return f"reports:missed:{askers.name(request)}"
