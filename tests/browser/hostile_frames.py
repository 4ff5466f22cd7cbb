"""A bare web server for hostile mails, and a watch over what they do in a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.http import HttpResponse
from playwright.sync_api import Page, Request

from tests.composing import hostile_mails

_NETWORK = ("http:", "https:", "ws:", "wss:", "ftp:")
# What the policy of a mail forbids, or the rule for parts of drawings, leaves no browser.
_NEVER_LEFT = ("csp", "origin")
# So many are open at once.
SIDE_BY_SIDE = 60
# Told by the console, which hears frames of any origin: a window that is held is a stranger's
# to the page around it.
CANARIES = f"""(() => {{
  const tell = (name) => () => {{ console.log(`ran ${{name}} in ${{location.pathname}}`); }};
  for (const name of ["canary", "CANARY"]) {{
    window[name] = tell(name);
    for (let n = 0; n < {hostile_mails.TOGETHER}; n += 1) window[name + n] = tell(name + n);
  }}
}})()"""
# What in the HTML of a mail could run, send, fetch or lead astray, were it somebody's own page.
ACTIVE = """() => {
  const places = ["href", "src", "action", "formaction", "data", "poster", "background", "srcdoc",
    "xlink:href", "srcset", "values", "to"];
  const never = "script iframe frame frameset object embed base form input button textarea select "
    + "portal applet link noscript template svg math audio video";
  const harmless = ["http:", "https:", "mailto:", "tel:", "none"];
  const unruly = /url\\(|expression|behaviou?r|-moz-binding/i;
  const found = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    const tell = (what) => found.push(`${what} in ${frame.getAttribute("src")}`);
    if (!page) { tell("nothing to be seen"); continue; }
    for (const element of page.querySelectorAll("*")) {
      if (never.split(" ").includes(element.localName)) tell(`<${element.localName}>`);
      if (/refresh/i.test(element.httpEquiv)) tell("refresh");
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name)) tell(`${element.localName} ${name}`);
        if (name === "style" && unruly.test(value)) tell(value);
        if (!places.includes(name)) continue;
        let scheme = "none";
        try { scheme = new URL(value, location).protocol; } catch { /* It leads nowhere. */ }
        if (!harmless.includes(scheme)) tell(`${name}=${value}`);
      }
    }
  }
  return found;
}"""


@dataclass
class Shelf:
    """Documents by their path, and where they are served."""

    address: str
    documents: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)

    def put(self, path: str, answer: HttpResponse) -> None:
        """Serve an answer of ours, headers and all."""
        self.documents[path] = (dict(answer.items()), answer.content)

    def show(self, path: str, frames: Sequence[str], attributes: str = "") -> str:
        """Put a page with these documents in frames beside one another; return its address."""
        inner = "".join(
            f'<iframe {attributes} src="{frame}" width=150 height=90></iframe>' for frame in frames
        )
        self.put(path, HttpResponse(f"<!doctype html><title>Mails</title>{inner}"))
        return self.address + path


@contextmanager
def shelf() -> Iterator[Shelf]:
    """Give a shelf that is open until the end of the block. All else on it is not found."""

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # As a proxy it is asked for whole addresses.
            path = self.path.removeprefix(books.address)
            headers, body = books.documents.get(path, ({}, b""))
            self.send_response(200 if headers else 404)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_CONNECT = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    books = Shelf(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield books
    finally:
        server.shutdown()
        server.server_close()


class Watch:
    """Writes down what hostile mails do: run, ask, open, fetch what is no picture, walk away."""

    def __init__(self, page: Page, origin: str) -> None:
        self.did: list[str] = []
        self._asked: list[Request] = []
        self._page, self._origin = page, origin
        page.on("console", self._hear)
        page.on("dialog", self._answer)
        page.on("popup", lambda popup: self.did.append(f"opened {popup.url}"))
        page.on("request", self._see)

    def over(self, address: str) -> list[str]:
        """Open a page, move and press keys on it as a reader would, and tell what was done."""
        self.did, self._asked = [], []
        page = self._page
        page.goto(address, timeout=120_000)
        for x, y in ((80, 60), (400, 300), (700, 500)):
            page.mouse.move(x, y)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        walked = [page.url] * (page.url != address)
        walked += [
            frame.url
            for frame in page.main_frame.child_frames
            if not frame.url.startswith(self._origin)
        ]
        fetched = [
            f"fetched {one.resource_type} {one.url}"
            for one in self._asked
            if one.failure not in _NEVER_LEFT
        ]
        return [*self.did, *fetched, *(f"went to {url}" for url in walked)]

    def _hear(self, message: Any) -> None:
        if message.text.startswith("ran "):
            self.did.append(message.text)

    def _answer(self, dialog: Any) -> None:
        self.did.append(f"asked {dialog.message}")
        dialog.dismiss()

    def _see(self, request: Request) -> None:
        # Pictures are what a mail may ask for, and nothing else.
        is_own = request.url.startswith(self._origin)
        if request.resource_type != "image" and request.url.startswith(_NETWORK) and not is_own:
            self._asked.append(request)
