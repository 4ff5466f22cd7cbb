"""Fetch a picture from a web address that a member names, and from nowhere else."""

from __future__ import annotations

import time
from urllib.parse import urljoin

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.accounts import outbound, outbound_web
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
            response = outbound_web.ask(url, deadline, headers=_HEADERS)
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
