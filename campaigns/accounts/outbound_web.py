"""Ask a web server that a member named, and no other machine.

The host is looked up once, and the connection goes to the very address that was judged:
a name that answers differently the second time leads nowhere. Redirects are not followed:
whoever does that asks here again, so that each place is judged.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3

from campaigns.accounts import outbound

_CONNECT_SECONDS = 5


def ask(
    url: str, deadline: float, *, headers: Mapping[str, str], unencrypted: bool = False
) -> urllib3.BaseHTTPResponse:
    """Return the answer to a GET, its body not read yet; who got it closes it.

    `deadline` is one of `time.monotonic`. Raises `OutboundError`, `urllib3`'s `HTTPError`,
    `OSError` or `ValueError`.
    """
    address = outbound.check_url(url, unencrypted=unencrypted)[0]
    parts = urlsplit(url)
    host = outbound.ascii_host(parts.hostname or "")
    port = parts.port or outbound.DEFAULT_PORTS[parts.scheme]
    patience = max(0.1, deadline - time.monotonic())
    timeout = urllib3.Timeout(connect=min(_CONNECT_SECONDS, patience), read=patience)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, server_hostname=host, assert_hostname=host
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return pool.urlopen(
        "GET",
        path,
        headers={**headers, "Host": _authority(host, parts.port)},
        redirect=False,
        retries=False,
        preload_content=False,
    )


def _authority(host: str, port: int | None) -> str:
    """Return what stands in the header Host: RFC 9110, section 7.2."""
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{port}" if port else name
