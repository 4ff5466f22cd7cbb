"""Tell those apart who ask too often, without keeping their addresses.

What limits remember is a keyed hash: the same for the same address, and nothing to anybody
who reads the cache.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from tracking import client_ip

# What one customer of a provider has of IPv6.
_NETWORK = 64


def name(request: HttpRequest) -> str:
    """Name where a request came from; believes X-Forwarded-For only from our own proxies."""
    forwarded_for = request.headers.get("X-Forwarded-For", "")
    trusted = client_ip.networks(settings.TRUSTED_PROXIES)
    peer = request.META.get("REMOTE_ADDR", "")
    # Unknown behind a Unix socket: all who come that way share one limit.
    address = client_ip.client_ip(peer, forwarded_for, trusted) or "::"
    if ":" in address:
        address = str(ipaddress.ip_network(f"{address}/{_NETWORK}", strict=False))
    return salted_hmac("accounts.askers", address).hexdigest()


def count(what: str, seconds: int) -> int:
    """Count one more of `what`, and return how many there were since the first of them.

    `seconds` after the first, they begin anew.
    """
    if cache.add(what, 1, seconds):
        return 1
    try:
        return cache.incr(what)
    except ValueError:
        # It went out of date between the two.
        cache.set(what, 1, seconds)
        return 1
