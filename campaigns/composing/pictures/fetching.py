"""Fetch a picture from a web address that a member names, and from nowhere else.

The host is looked up once, and the connection goes to the very address that was judged:
a name that answers differently the second time leads nowhere.
"""

from __future__ import annotations

import time
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.accounts import outbound
from campaigns.composing.pictures import reading
from campaigns.composing.pictures.reading import PictureError

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 4
_SECONDS = 20
_CHUNK = 64 * 1024
_HEADERS = {"User-Agent": "Candid", "Accept": "image/*", "Accept-Encoding": "identity"}


def fetch(url: str) -> bytes:
    """Return what lies at `url`, at most as much as a picture may have. Raises `PictureError`."""
    deadline = time.monotonic() + _SECONDS
    try:
        for _hop in range(_MOST_REDIRECTS):
            response = _ask(url, deadline)
            try:
                if response.status not in _REDIRECTS:
                    return _body(response, deadline)
                url = urljoin(url, response.headers.get("Location", ""))
            finally:
                response.close()
    except outbound.OutboundError as error:
        raise PictureError(str(error)) from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise PictureError(_("The address does not answer. Check it, or upload a file.")) from error
    raise PictureError(_("The address leads from one place to the next. Use the last one."))


def _ask(url: str, deadline: float) -> urllib3.BaseHTTPResponse:
    outbound.check_url(url)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = outbound.addresses(host, port)[0]
    timeout = urllib3.Timeout(connect=5, read=max(0.1, deadline - time.monotonic()))
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
        headers=_HEADERS | {"Host": parts.netloc},
        redirect=False,
        retries=False,
        preload_content=False,
    )


def _body(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    if response.status != 200:
        raise PictureError(
            _("The address answers with an error (%(status)s).") % {"status": response.status}
        )
    data = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=False):
        data += chunk
        if len(data) > settings.PICTURES.most_bytes:
            reading.check_size(len(data))
        if time.monotonic() > deadline:
            raise PictureError(_("The address answers too slowly. Upload a file instead."))
    return bytes(data)
