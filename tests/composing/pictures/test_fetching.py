"""A picture from the web: from public hosts only, no larger than allowed, and never for long."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from campaigns.composing.models import Picture
from campaigns.composing.pictures import fetching
from campaigns.composing.pictures.reading import PictureError
from tests.composing.pictures import photos


@pytest.fixture
def web() -> Iterator[str]:
    """Give the address of a web server with a picture, a redirect, a loop and a flood."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            moves = {
                "/moved": "/picture.png",
                "/loop": "/loop",
                "/file": "file:///etc/passwd",
                "/ftp": "ftp://127.0.0.1/x",
            }
            if self.path in moves:
                self.send_response(302)
                self.send_header("Location", moves[self.path])
                self.end_headers()
            elif self.path == "/picture.png?size=large":
                self._send(photos.photo(200, 100))
            elif self.path == "/picture.png":
                self._send(photos.photo(100, 50))
            elif self.path == "/flood":
                self.send_response(200)
                self.end_headers()
                with contextlib.suppress(OSError):
                    while True:
                        self.wfile.write(bytes(65536))
            else:
                self.send_error(404)

        def _send(self, data: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the output belongs to the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_picture_comes_in_by_its_address(web, alice, workspace, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    answer = alice.post("/pictures/upload/", {"url": f"{web}/picture.png?size=large"})
    assert answer.status_code == 201, answer.content
    assert (answer.json()["name"], answer.json()["width"]) == ("picture", 200)


def test_redirects_are_followed(web, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    assert fetching.fetch(f"{web}/moved").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/loop", "from one place to the next"),
        ("/file", "begins with https"),
        ("/ftp", "begins with https"),
        ("/none", "404"),
        ("/flood", "larger than"),
    ],
)
def test_what_leads_nowhere_is_told(web, settings, path, says):
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.PICTURES = replace(settings.PICTURES, most_bytes=2**20)
    with pytest.raises(PictureError, match=says):
        fetching.fetch(web + path)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/a.png",
        "http://example.com/a.png",
        "https://user:secret@example.com/",
        "gopher://example.com/",
        "file:///etc/passwd",
        "https://",
        "//example.com/a.png",
        "https://exa mple.com:99999/",
    ],
)
def test_private_places_are_not_visited(alice, workspace, url):
    answer = alice.post("/pictures/upload/", {"url": url})
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert not Picture.objects.exists()
