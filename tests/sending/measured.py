"""Mails as their readers have them, and what came of reading them."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any
from wsgiref.util import setup_testing_defaults

from tests.tracking.agents_met import CHROME
from tracking import draining, wsgi
from tracking.models import Event

PEOPLE = 12
BODY = "Hello\n\n[Offer](https://shop.example/offer?a=1&b=2) and [more](https://shop.example/more)."


@dataclass
class Letter:
    """A mail as it came in, and its reader's browser."""

    text: str
    app: wsgi.Tracking
    headers: str

    @property
    def pixel(self) -> str:
        found = re.search(r'src="[^"]*(/track/open/[^"]+)"', self.text)
        return found[1] if found else ""

    @property
    def links(self) -> list[str]:
        return [html.unescape(url) for url in re.findall(r'<a\b[^>]*href="([^"]+)"', self.text)]

    @property
    def tracked(self) -> list[str]:
        return [url for url in self.links if "/track/click/" in url]

    def open(self, **headers: str) -> dict[str, str]:
        return self._ask(self.pixel, **headers)

    def click(self, **headers: str) -> dict[str, str]:
        return self._ask(re.sub(r"^https?://[^/]+", "", self.tracked[0]), **headers)

    def _ask(self, path: str, method: str = "GET", **headers: str) -> dict[str, str]:
        assert path, "there is nothing to ask for"
        environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method}
        setup_testing_defaults(environ)
        environ |= {
            "REMOTE_ADDR": "145.97.20.10",
            "HTTP_USER_AGENT": CHROME,
            "HTTP_ACCEPT_LANGUAGE": "nl",
            "HTTP_SEC_FETCH_MODE": "navigate" if "/click/" in path else "no-cors",
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        told: list[Any] = []
        app: Any = self.app
        list(app(environ, lambda status, head, info=None: told.extend((status, head))))
        return {"Status": told[0], **dict(told[1])}


def drain(settings: Any) -> None:
    draining.drain(settings.SPOOL_DIR)


def of_people() -> list[tuple[str, int | None]]:
    rows = Event.objects.filter(contact_id__isnull=False).order_by("at")
    return list(rows.values_list("kind", "contact_id"))
