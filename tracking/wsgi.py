"""The pixel and the redirect: a plain WSGI callable, with no middleware and no ORM.

The reader comes first: the pixel is served whatever happens, and the redirect never waits
for statistics. A hit is in the spool before it is answered (see `spool.py`). No cookie,
no ETag, nothing that could be told again; a GET changes nothing but counts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from tracking import client_ip, hits, keys, pages
from tracking.addresses import CLICK_PATH, OPEN_PATH, OPEN_SUFFIX
from tracking.models import Link
from tracking.redirects import LookupFailed, Redirects
from tracking.spool import Writer
from tracking.tokens import Kind, Mode, Signer, TokenError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)

# One transparent pixel: the smallest GIF that all mail programs accept.
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
_PRIVATE = [
    # Gmail's proxy fetches again only for this, word for word.
    ("Cache-Control", "no-store, no-cache, must-revalidate, private, max-age=0"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
]
_PIXEL_HEADERS = [
    ("Content-Type", "image/gif"),
    ("Content-Length", str(len(PIXEL))),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    *_PRIVATE,
]
# What may stand in a Location header as it is: RFC 3986's characters, and "%".
_URI = "%/:=&?~#+!$,;'@()*[]-._"

Recorder = Callable[[hits.Hit], None]


class Tracking:
    """Answers `/track/…`, and leaves all other paths to the application behind it."""

    def __init__(
        self, behind: WSGIApplication, signer: Signer, redirects: Redirects, record: Recorder
    ) -> None:
        self._behind = behind
        self._signer = signer
        self._redirects = redirects
        self._record = record

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(OPEN_PATH):
            answer = self._open
        elif path.startswith(CLICK_PATH):
            answer = self._click
        else:
            return self._behind(environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), *_PRIVATE])
            return [b""]
        body = answer(path, environ, start_response)
        return [b""] if method == "HEAD" else [body]

    def _open(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        """Serve the pixel, whatever happens: a broken image would show in the mail."""
        text = path[len(OPEN_PATH) :].removesuffix(OPEN_SUFFIX)
        try:
            token = self._signer.read(Kind.OPEN, text)
        except TokenError:
            token = None
        if token is not None and token.mode is not Mode.SELF:
            self._note(Kind.OPEN, text, 0, environ)
        start_response("200 OK", _PIXEL_HEADERS)
        return PIXEL

    def _click(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        """Redirect to a stored link, or say that there is none."""
        text, _slash, digits = path[len(CLICK_PATH) :].partition("/")
        try:
            token = self._signer.read(Kind.CLICK, text)
            number = _number(digits)
        except TokenError:
            return _not_found(start_response)
        target = self._redirects.target(token.campaign_id, number)
        if target is None:
            return _not_found(start_response)
        if token.mode is not Mode.SELF:
            self._note(Kind.CLICK, text, number, environ)
        location = ("Location", quote(target, safe=_URI))
        start_response("302 Found", [location, ("Content-Length", "0"), *_PRIVATE])
        return b""

    def _note(self, kind: Kind, text: str, number: int, environ: WSGIEnvironment) -> None:
        if environ["REQUEST_METHOD"] == "HEAD":
            return
        try:
            self._record(_hit(kind, text, number, environ))
        except OSError:
            # The reader is answered all the same; the operator hears of it here.
            logger.exception("A hit could not be written to the spool")


def application(behind: WSGIApplication) -> Tracking:
    """Return the tracking callable by the settings, in front of `behind`."""
    spool = Writer(settings.SPOOL_DIR, fsync_seconds=settings.SPOOL_FSYNC_SECONDS)
    redirects = Redirects(_links, settings.SPOOL_DIR / "links.json")
    return Tracking(behind, keys.signer(), redirects, lambda hit: spool.append(hits.pack(hit)))


def nothing_else(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer 404: what stands behind tracking on hosts of its own."""
    return [_not_found(start_response)]


def _links(campaign_id: int) -> dict[int, str]:
    try:
        close_old_connections()
        found = Link.objects.filter(campaign_id=campaign_id)
        return dict(found.values_list("number", "url"))
    except DatabaseError as error:
        raise LookupFailed from error


def _hit(kind: Kind, text: str, number: int, environ: WSGIEnvironment) -> hits.Hit:
    get = environ.get
    purpose = f"{get('HTTP_SEC_PURPOSE', '')}{get('HTTP_PURPOSE', '')}{get('HTTP_X_MOZ', '')}"
    flags = (
        (hits.SIGNAL if get("HTTP_SEC_GPC") == "1" or get("HTTP_DNT") == "1" else "")
        + (hits.PREFETCH if "prefetch" in purpose.lower() else "")
        + (hits.FETCH_METADATA if "HTTP_SEC_FETCH_MODE" in environ else "")
        + (hits.LANGUAGE if get("HTTP_ACCEPT_LANGUAGE") else "")
    )
    address = client_ip.client_ip(
        get("REMOTE_ADDR", ""), get("HTTP_X_FORWARDED_FOR", ""), _trusted()
    )
    agent = get("HTTP_USER_AGENT", "")
    return hits.Hit(time.time_ns(), kind, text, number, address, agent, flags)


@cache
def _trusted() -> tuple[client_ip.Network, ...]:
    return client_ip.networks(settings.TRUSTED_PROXIES)


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):
        raise TokenError("not the number of a link")
    return int(digits)


def _not_found(start_response: StartResponse) -> bytes:
    body = pages.NOT_FOUND
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response("404 Not Found", [*headers, pages.POLICY, *_PRIVATE])
    return body
