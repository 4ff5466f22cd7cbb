"""Make whoever tries addresses of shared reports that do not exist wait.

Nobody guesses one; what is limited is how much they may ask. Of their address only a keyed hash
is kept, for minutes.
"""

from __future__ import annotations

import ipaddress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# A link that a mail program broke is opened a few times, by a few people of one office.
MOST, SECONDS = 20, 300
# What one customer of a provider has of IPv6.
_NETWORK = 64


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
    """Name the asker, as the limits of signing in know them."""
    address = get_adapter().get_client_ip(request)
    if ":" in address:
        address = str(ipaddress.ip_network(f"{address}/{_NETWORK}", strict=False))
    return f"reports:missed:{salted_hmac('reports.guessing', address).hexdigest()}"
