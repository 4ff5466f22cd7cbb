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
    outbound.check_url(url, unencrypted=unencrypted)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = outbound.addresses(host, port)[0]
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
        headers={**headers, "Host": parts.netloc},
        redirect=False,
        retries=False,
        preload_content=False,
    )
