"""The pixel and the redirect: a plain WSGI callable, with no middleware and no ORM.

The reader comes first: the pixel is served whatever happens, and the redirect never waits
for statistics. A hit is in the spool before it is answered (see `spool.py`). No cookie,
no ETag, nothing that could be told again; a GET changes nothing but counts.
"""

from __future__ import annotations

import atexit
import functools
import logging
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.db import Error, connection

from tracking import client_ip, declaring, hits, keys, pages
from tracking.addresses import CLICK_PATH, HONEYPOT, OPEN_PATH, OPEN_SUFFIX
from tracking.models import Link
from tracking.recording import Recorder
from tracking.redirects import LookupFailed, Redirects
from tracking.snapshots import Snapshot
from tracking.spool import Writer
from tracking.tokens import Kind, Signer, TokenError

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
_EMPTY = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "0")]
# What may stand in a Location header as it is: RFC 3986's characters, and "%".
_URI = "%/:=&?~#+!$,;'@()*[]-._"

_Answer = Callable[[str, "WSGIEnvironment", "StartResponse"], bytes]
# A full disk is told of once in so long, not with every hit.
_TELL_SECONDS = 10.0


@dataclass(frozen=True)
class Parts:
    """What the answers rest on."""

    signer: Signer
    redirects: Redirects
    record: Callable[[bytes], None]
    trusted_proxies: tuple[client_ip.Network, ...] = ()


class Tracking:
    """Answers `/track/…` and what we declare; leaves all else to the application behind it."""

    def __init__(self, behind: WSGIApplication, parts: Parts) -> None:
        self._behind = behind
        self._parts = parts
        self._told_at: float | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        answer: _Answer
        if path.startswith(OPEN_PATH):
            answer = self._open
        elif path.startswith(CLICK_PATH):
            answer = self._click
        elif (declared := declaring.document(path)) is not None:
            answer = functools.partial(_declare, declared)
        else:
            return self._behind(environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), *_EMPTY, *_PRIVATE])
            return [b""]
        body = answer(path, environ, start_response)
        return [b""] if method == "HEAD" else [body]

    def _open(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        """Serve the pixel, whatever happens: a broken image would show in the mail."""
        text = path[len(OPEN_PATH) :].removesuffix(OPEN_SUFFIX)
        try:
            self._parts.signer.verify(Kind.OPEN, text)
        except TokenError:
            pass
        else:
            self._note(Kind.OPEN, text, 0, environ)
        start_response("200 OK", _PIXEL_HEADERS)
        return PIXEL

    def _click(self, path: str, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        """Redirect to a stored link, or say that there is none."""
        text, _slash, digits = path[len(CLICK_PATH) :].partition("/")
        try:
            token = self._parts.signer.read(Kind.CLICK, text)
            number = _number(digits)
        except TokenError:
            return _not_found(environ, start_response)
        if number == HONEYPOT:
            # Nobody sees this link, so nobody is sent anywhere: see `bursts.py`.
            self._note(Kind.CLICK, text, number, environ)
            return _not_found(environ, start_response)
        target = self._parts.redirects.target(token.campaign_id, number)
        if target is None:
            return _not_found(environ, start_response)
        self._note(Kind.CLICK, text, number, environ)
        location = ("Location", _quoted(target))
        start_response("302 Found", [location, *_EMPTY, *_PRIVATE])
        return b""

    def _note(self, kind: Kind, text: str, number: int, environ: WSGIEnvironment) -> None:
        get = environ.get
        address = client_ip.client_ip(
            get("REMOTE_ADDR", ""), get("HTTP_X_FORWARDED_FOR", ""), self._parts.trusted_proxies
        )
        agent = get("HTTP_USER_AGENT", "")
        accepted = get("HTTP_ACCEPT_LANGUAGE", "")
        flags = _flags(environ)
        packed = hits.packed(
            time.time_ns(), kind, text, number, address, agent, flags, _language(accepted)
        )
        try:
            self._parts.record(packed)
        except OSError:
            # The reader is answered all the same; the operator hears of it here.
            self._tell("Opens and clicks find no room on the disk or in memory, and are lost")

    def _tell(self, message: str) -> None:
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= _TELL_SECONDS:
            self._told_at = now
            logger.exception(message)


def application(behind: WSGIApplication) -> Tracking:
    """Return the tracking callable by the settings, in front of `behind`."""
    spool = Writer(settings.SPOOL_DIR, fsync_seconds=settings.SPOOL_FSYNC_SECONDS)
    recorder = Recorder(spool.append)
    atexit.register(recorder.flush)
    parts = Parts(
        signer=keys.signer(),
        redirects=Redirects(_links, Snapshot(settings.SPOOL_DIR)),
        record=recorder.record,
        trusted_proxies=client_ip.networks(settings.TRUSTED_PROXIES),
    )
    return Tracking(behind, parts)


def nothing_else(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer 404: what stands behind tracking on hosts of its own."""
    return [_not_found(environ, start_response)]


def _declare(
    declared: declaring.Document,
    path: str,
    environ: WSGIEnvironment,
    start_response: StartResponse,
) -> bytes:
    headers = [
        ("Content-Type", declared.kind),
        ("Content-Length", str(len(declared.body))),
        ("Cache-Control", "public, max-age=3600" if declared.is_there else "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response("200 OK" if declared.is_there else "404 Not Found", headers)
    return declared.body


def _links(campaign_id: int) -> dict[int, str]:
    try:
        found = Link.objects.filter(campaign_id=campaign_id)
        return dict(found.values_list("number", "url"))
    except Error as error:
        raise LookupFailed from error
    finally:
        # The thread ends with its question, and no request of Django's that would do this.
        connection.close()


def _flags(environ: WSGIEnvironment) -> str:
    get = environ.get
    flags = _MODES.get(get("HTTP_SEC_FETCH_MODE"), hits.FETCH_METADATA + hits.NO_NAVIGATION)
    if get("HTTP_SEC_GPC") == "1" or get("HTTP_DNT") == "1":
        flags += hits.SIGNAL
    purpose = f"{get('HTTP_SEC_PURPOSE', '')}{get('HTTP_PURPOSE', '')}{get('HTTP_X_MOZ', '')}"
    if "prefetch" in purpose.lower():
        flags += hits.PREFETCH
    if environ["REQUEST_METHOD"] == "HEAD":
        flags += hits.HEAD
    if get("HTTP_ACCEPT_LANGUAGE"):
        flags += hits.LANGUAGE
    return flags


_MODES = {None: "", "navigate": hits.FETCH_METADATA + hits.NAVIGATION}


@lru_cache(maxsize=1024)
def _language(accepted: str) -> str:
    """Return the code of the first language in an Accept-Language header, or nothing."""
    code = re.split(r"[-_,;]", accepted.strip()[:20], maxsplit=1)[0].lower()
    return code if code.isascii() and code.isalpha() and 2 <= len(code) <= 3 else ""


@lru_cache(maxsize=4096)
def _quoted(target: str) -> str:
    return quote(target, safe=_URI)


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):
        raise TokenError("not the number of a link")
    return int(digits)


def _not_found(environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
    language = pages.language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    body = pages.not_found(language)
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Content-Language", language),
    ]
    start_response("404 Not Found", [*headers, pages.POLICY, *_PRIVATE])
    return body
