"""Whose address a request came from, when proxies stand in front. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return addresses and networks as networks. Raises `ValueError` naming what is neither."""
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts)


# Most hits come from few peers: our own proxies, and the mail providers'.
@lru_cache(maxsize=4096)
def client_ip(peer: str, forwarded_for: str, trusted: tuple[Network, ...]) -> str:
    """Return the right-most address that is not one of our proxies.

    X-Forwarded-For is what the client says it is, but for what our own proxies appended
    at its right end; it is not looked at unless the peer is one of them.
    """
    current = _parse(peer)
    if current is None:
        return ""
    for text in reversed(forwarded_for[-2048:].split(",")):
        if not _is_trusted(current, trusted):
            break
        found = _parse(text)
        if found is None:
            break
        current = found
    return str(current)


@lru_cache(maxsize=1024)
def _is_trusted(address: Address, trusted: tuple[Network, ...]) -> bool:
    return any(address in network for network in trusted if network.version == address.version)


@lru_cache(maxsize=1024)
def _parse(text: str) -> Address | None:
    # The part behind "%" names an interface of whoever wrote it, and means nothing here.
    text = text.strip().removeprefix("[").partition("]")[0].partition("%")[0]
    if text.count(":") == 1:  # IPv4 with a port, as some proxies write it.
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
