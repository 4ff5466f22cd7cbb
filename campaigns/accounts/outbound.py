"""The one guard for hosts that a marketer may name: SMTP servers, APIs, images, webhooks.

Without it, naming `127.0.0.1` or a cloud's metadata address would let a member talk to
machines that only we can reach. Whoever connects must connect to an address returned
from here, and not look the name up again: a second answer could be another one.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

import idna
from django.conf import settings
from django.utils.translation import gettext as _

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

DEFAULT_PORTS = {"https": 443, "http": 80}
# Wraps an IPv4 address that a router on the way would unwrap.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class OutboundError(Exception):
    """The host is not one we connect to; the message says why, for a person."""


class UnknownHostError(OutboundError):
    """There is no host of this name."""


def addresses(host: str, port: int) -> list[str]:
    """Look `host` up and return the addresses to connect to, all of them public.

    Raises `OutboundError` when there are none, or when any is private and
    `ALLOW_PRIVATE_HOSTS` is off: an answer of mixed addresses is a trick.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHostError(
            _("No host called “%(host)s” was found. Check the spelling.") % {"host": host}
        ) from error
    ips = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not settings.ALLOW_PRIVATE_HOSTS and not all(is_public(ip) for ip in ips):
        raise OutboundError(
            _(
                "“%(host)s” leads into a private network, where we do not connect. "
                "The operator can allow it with ALLOW_PRIVATE_HOSTS."
            )
            % {"host": host}
        )
    return ips


def check_url(url: str, *, unencrypted: bool = False) -> list[str]:
    """Return where to connect to for a web address; see `addresses`.

    Raises `OutboundError` for one that is not https to a public host.

    `unencrypted` lets http through, where nothing is told and nothing is believed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OutboundError(_("This is not a web address.")) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise OutboundError(_("A web address begins with https://."))
    if parts.scheme == "http" and not unencrypted and not settings.ALLOW_PRIVATE_HOSTS:
        raise OutboundError(_("Only https:// is safe for keys and mails."))
    if parts.username or parts.password:
        raise OutboundError(_("Leave user names and passwords out of the address."))
    return addresses(ascii_host(parts.hostname), port or DEFAULT_PORTS[parts.scheme])


def ascii_host(host: str) -> str:
    """Return a host's name as name servers, certificates and web servers know it (RFC 5891).

    Raises `UnknownHostError` for what can be no name.
    """
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise UnknownHostError(
            _("No host called “%(host)s” was found. Check the spelling.") % {"host": host}
        ) from error


def is_public(text: str) -> bool:
    """Whether the IP address `text` is one that anybody on the internet can reach."""
    ip = _unwrapped(ipaddress.ip_address(text.partition("%")[0]))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _unwrapped(ip: _Address) -> _Address:
    """Return the IPv4 address inside an IPv6 one, or `ip` itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
