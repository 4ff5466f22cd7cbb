"""Debian's Chromium, as the browser of a person: no crawler's name, no address of loopback."""

import contextlib
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import stack as stacks

EXECUTABLE = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# The lists of crawlers know HeadlessChrome.
USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


@contextlib.contextmanager
def reader(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Give a browser of its own to a person with a public address."""
    values: dict[str, Any] = {
        "user_agent": USER_AGENT,
        "extra_http_headers": {"X-Forwarded-For": stacks.READER_ADDRESS},
        "locale": "en-GB",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
        "accept_downloads": True,
    }
    context = browser.new_context(**(values | options))
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


class Witness:
    """Writes down what a page must not do: complain in the console, or ask other hosts."""

    def __init__(self, page: Page, origin: str) -> None:
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self._origin = origin
        page.on("console", self._hear)
        page.on("pageerror", self._note)
        page.on("request", self._see)

    def leave(self, page: Page) -> None:
        """Stop writing down."""
        page.remove_listener("console", self._hear)
        page.remove_listener("pageerror", self._note)
        page.remove_listener("request", self._see)

    def _note(self, error: Any) -> None:
        self.complaints.append(str(error))

    def _hear(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _see(self, request: Any) -> None:
        if not request.url.startswith((self._origin + "/", "data:", "blob:", "about:")):
            self.strangers.append(request.url)
