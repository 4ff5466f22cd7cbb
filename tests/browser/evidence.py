"""What a browser saw and got: hits on tracking addresses, figures on pages, files."""

import csv
import io
import urllib.error
import urllib.parse
import urllib.request

from playwright.sync_api import BrowserContext, Locator, Page, Response, expect


class Hits:
    """Counts what this browser loads of the tracking addresses."""

    def __init__(self, context: BrowserContext) -> None:
        self.opens = self.clicks = 0
        context.on("response", self._count)

    def _count(self, response: Response) -> None:
        self.opens += "/track/open/" in response.url and response.status == 200
        self.clicks += "/track/click/" in response.url and response.status == 302


def stat(page: Page, label: str) -> Locator:
    figure = page.locator(".stat").filter(has=page.get_by_text(label, exact=True))
    return figure.locator(".stat-value").first


def expect_figure(page: Page, label: str, value: int) -> None:
    """Wait until the figure under this label has this value."""
    expect(stat(page, label)).to_have_text(f"{value:,}", timeout=30_000)


def downloaded_rows(page: Page, name: str) -> list[dict[str, str]]:
    """Click a download and return the rows of its CSV."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    text = waiting.value.path().read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def http(method: str, url: str, form: dict[str, str] | None = None) -> str:
    """Ask without a browser, and return the text of the answer, whatever it is."""
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(url, data, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return str(response.read(), "utf-8")
    except urllib.error.HTTPError as error:
        assert method == "GET", f"{url} answers {error.code}"
        return error.read().decode()
