"""The pixel and the redirect, as any web server would call them."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.agents_met import CHROME
from tracking import client_ip, hits, wsgi
from tracking.redirects import Redirects
from tracking.snapshots import Snapshot
from tracking.tokens import Keyring, Kind, Mode, Signer, Token

SIGNER = Signer(Keyring({1: b"k" * 32}, 1))
PERSON = Token(7, 11, 12, 1, Mode.INDIVIDUAL)
OPEN = f"/track/open/{SIGNER.sign(Kind.OPEN, PERSON)}.gif"
CLICK = f"/track/click/{SIGNER.sign(Kind.CLICK, PERSON)}"
LINKS = {
    1: "https://example.com/a?b=c&d=%20e#f",
    2: "https://exämple.com/ü ö|x",
    3: "https://example.com/\r\nSet-Cookie: a=b",
    4: "javascript:alert(1)",
}
HEADERS = (
    "REMOTE_ADDR",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_USER_AGENT",
    "HTTP_PURPOSE",
    "HTTP_DNT",
    "HTTP_ACCEPT_LANGUAGE",
)


class Door:
    """A tracking callable, what it recorded, and what it left to Django."""

    def __init__(self, folder: Any) -> None:
        self.recorded: list[hits.Hit] = []
        self.parts = wsgi.Parts(
            signer=SIGNER,
            redirects=Redirects(lambda campaign: LINKS if campaign == 7 else {}, Snapshot(folder)),
            record=lambda packed: self.recorded.append(hits.unpack(packed)),
            trusted_proxies=client_ip.networks(["127.0.0.1"]),
        )

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method}
        setup_testing_defaults(environ)
        environ |= {
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(),
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        told: list[Any] = []
        # The validator holds us to PEP 3333.
        app: Any = validator(wsgi.Tracking(validator(_behind), self.parts))
        body = app(environ, lambda status, head, info=None: told.extend((status, head)))
        content = b"".join(body)
        body.close()
        return Answer(told[0], dict(told[1]), content)


class Answer:
    def __init__(self, status: str, headers: dict[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = int(status[:3]), headers, body


def _behind(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"django"]


@pytest.fixture
def door(tmp_path) -> Door:
    return Door(tmp_path)


def test_the_pixel_is_a_gif_that_nobody_may_keep(door):
    answer = door.ask(OPEN)
    assert answer.status == 200
    assert answer.body.startswith(b"GIF89a") and len(answer.body) == 43
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["Content-Length"] == "43"
    assert (
        answer.headers["Cache-Control"] == "no-store, no-cache, must-revalidate, private, max-age=0"
    )
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", [OPEN, f"{CLICK}/1", f"{CLICK}/9", "/track/open/x.gif", "/track/click/x/1"]
)
def test_nothing_is_left_behind_that_could_tell_people_apart(door, path):
    headers = {name.lower() for name in door.ask(path).headers}
    assert not headers & {"set-cookie", "etag", "last-modified"}
    assert "no-store" in door.ask(path).headers["Cache-Control"]


def test_an_open_is_recorded_with_what_came_along(door):
    door.ask(
        OPEN,
        user_agent=CHROME,
        x_forwarded_for="1.2.3.4, 145.97.20.10",
        sec_fetch_mode="no-cors",
        accept_language="nl",
    )
    (hit,) = door.recorded
    assert SIGNER.read(hit.kind, hit.token) == PERSON
    assert (hit.kind, hit.number, hit.ip, hit.agent) == (Kind.OPEN, 0, "145.97.20.10", CHROME)
    assert set(hit.flags) == {hits.FETCH_METADATA, hits.NO_NAVIGATION, hits.LANGUAGE}
    assert hit.language == "nl"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("de", "de"),
        ("fil-PH", "fil"),
        ("EN-us", "en"),
        ("*", ""),
        ("", ""),
        ("1;DROP", ""),
        ("english", ""),
    ],
)
def test_the_first_language_is_kept_and_no_more(door, accepted, language):
    door.ask(OPEN, accept_language=accepted)
    assert door.recorded[0].language == language


def test_a_click_is_redirected_and_recorded(door):
    answer = door.ask(f"{CLICK}/1")
    assert (answer.status, answer.headers["Location"]) == (302, LINKS[1])
    assert answer.headers["X-Robots-Tag"] == "noindex"
    (hit,) = door.recorded
    assert (hit.kind, hit.number) == (Kind.CLICK, 1)


@pytest.mark.parametrize(
    ("header", "value", "flag"),
    [
        ("sec_fetch_mode", "navigate", hits.FETCH_METADATA + hits.NAVIGATION),
        ("sec_fetch_mode", "no-cors", hits.FETCH_METADATA + hits.NO_NAVIGATION),
        ("sec_gpc", "1", hits.SIGNAL),
        ("dnt", "1", hits.SIGNAL),
        ("dnt", "0", None),
        ("purpose", "prefetch", hits.PREFETCH),
        ("sec_purpose", "prefetch;prerender", hits.PREFETCH),
        ("x_moz", "prefetch", hits.PREFETCH),
    ],
)
def test_signals_are_recorded(door, header, value, flag):
    assert door.ask(f"{CLICK}/1", **{header: value}).status == 302
    assert door.recorded[0].flags == (flag or "")


def test_the_link_that_nobody_sees_leads_nowhere_and_is_recorded(door):
    answer = door.ask(f"{CLICK}/0")
    assert answer.status == 404 and "Location" not in answer.headers
    assert [(hit.kind, hit.number) for hit in door.recorded] == [(Kind.CLICK, 0)]


def test_an_address_that_is_no_header_value_is_made_one(door):
    answer = door.ask(f"{CLICK}/2")
    assert answer.headers["Location"] == "https://ex%C3%A4mple.com/%C3%BC%20%C3%B6%7Cx"


def test_no_stored_address_adds_headers(door):
    answer = door.ask(f"{CLICK}/3")
    assert answer.headers["Location"] == "https://example.com/%0D%0ASet-Cookie:%20a=b"


@pytest.mark.parametrize(
    "path",
    [
        f"{CLICK}/4",
        f"{CLICK}/5",
        f"{CLICK}/-1",
        f"{CLICK}/x",
        f"{CLICK}/1/2",
        f"{CLICK}/",
        CLICK,
        f"{CLICK}/99999999999999999999",
        f"{CLICK}/١",
        "/track/click/",
        "/track/click/forged/1",
        OPEN.replace("open", "click").replace(".gif", "/1"),
        f"/track/click/{SIGNER.sign(Kind.CLICK, Token(8))}/1",
    ],
)
def test_a_link_that_is_none_gets_a_page_that_says_so(door, path):
    answer = door.ask(path)
    assert answer.status == 404
    assert b"This link does not work" in answer.body
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not door.recorded


@pytest.mark.parametrize(
    "path",
    ["/track/open/", "/track/open/x", "/track/open/forged.gif", CLICK.replace("click", "open")],
)
def test_the_pixel_is_served_whatever_the_token(door, path):
    answer = door.ask(path)
    assert (answer.status, answer.body) == (200, wsgi.PIXEL)
    assert not door.recorded


def test_the_query_leads_nowhere(door):
    answer = door.ask(f"{CLICK}/5", referer="https://evil.example")
    assert answer.status == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize("path", [OPEN, f"{CLICK}/1", f"{CLICK}/9"])
def test_head_is_answered_like_get_and_leaves_a_trace(door, path):
    asked = door.ask(path)
    door.recorded.clear()
    told = door.ask(path, "HEAD")
    assert (told.status, told.headers, told.body) == (asked.status, asked.headers, b"")
    assert all(hits.HEAD in hit.flags for hit in door.recorded), "it is told from a hit"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", [OPEN, f"{CLICK}/1"])
def test_other_methods_are_refused(door, method, path):
    answer = door.ask(path, method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert not door.recorded


def test_test_sends_are_answered_and_recorded_as_such(door):
    own = Token(7, 0, 12, 0, Mode.SELF)
    assert door.ask(f"/track/open/{SIGNER.sign(Kind.OPEN, own)}.gif").status == 200
    assert door.ask(f"/track/click/{SIGNER.sign(Kind.CLICK, own)}/1").status == 302
    assert [SIGNER.read(hit.kind, hit.token) for hit in door.recorded] == [own, own]


@pytest.mark.parametrize(("path", "status"), [(OPEN, 200), (f"{CLICK}/1", 302)])
def test_a_full_disk_does_not_break_the_answer(door, path, status, caplog):
    def full(hit: hits.Hit) -> None:
        raise OSError(28, "No space left on device")

    door.parts = replace(door.parts, record=full)
    for _ in range(3):
        assert door.ask(path).status == status
    told = [record for record in caplog.records if "lost" in record.message]
    assert told, "the operator hears of it"


def test_all_other_paths_are_djangos(door):
    for path in ("/", "/track", "/track/", "/track/opens/x", "/tracking/open/x"):
        assert door.ask(path).body == b"django"


@given(st.text(max_size=80), st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=60)))
def test_no_request_breaks_it(tmp_path, rest, headers):
    app: Any = wsgi.Tracking(_behind, Door(tmp_path).parts)
    told: list[str] = []
    for prefix in ("/track/open/", "/track/click/", CLICK + "/", OPEN):
        environ = {"PATH_INFO": prefix + rest, "REQUEST_METHOD": "GET", **headers}
        app(environ, lambda status, head: told.append(status[:3]))
    assert len(told) == 4 and set(told) <= {"200", "302", "404"}
