"""Photograph every page of the sample workspace: `python -m tests.browser.screenshots`.

The pictures go to `docs/screenshots`: all pages on a wide screen in light colours and on a
phone in dark ones, and the pages people see first in the other two ways as well.
"""

import re
import sys
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import environment

environment.prepare()  # Before the settings are read.

from config.env import BASE_DIR  # noqa: E402
from tests.browser import pages  # noqa: E402
from tests.browser import stack as stacks  # noqa: E402
from tests.browser.chromium import ARGUMENTS, EXECUTABLE, reader  # noqa: E402

FOLDER = BASE_DIR / "docs" / "screenshots"
SCREENS: dict[str, dict[str, Any]] = {
    "wide-light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "wide-dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}
EVERY_PAGE = ("wide-light", "phone-dark")
SEEN_FIRST = ("home", "campaigns", "campaigns-report", "campaigns-edit")
TALLEST = 2400
# Milliseconds: nobody waits for pictures, and the machine may be busy.
PATIENCE = 180_000
TRIES = 3
LOADED = """image => image.complete || new Promise(done => {
  image.addEventListener("load", done);
  image.addEventListener("error", done);
})"""
# Pages whose address is a secret.
SECRET = {
    r"/u/": "unsubscribe",
    r"/p/[^/]+/kept/": "kept-about-me",
    r"/p/": "preferences",
    r"/kept/": "everything-kept-about-me",
    r"/shared/": "shared-report",
    r"/report-mails/": "report-mails",
}


def main() -> None:
    """Start a Candid with the sample workspace, and photograph it."""
    server = environment.start()
    for old in FOLDER.glob("*.png"):
        old.unlink()
    try:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
            _empty_house(browser, Path(folder) / "empty")
            _demo_house(browser, Path(folder) / "demo")
            browser.close()
    finally:
        environment.stop(server)


def _empty_house(browser: Browser, var: Path) -> None:
    with stacks.running(var, names=["web"]) as stack:
        for screen in EVERY_PAGE:
            with reader(browser, **SCREENS[screen]) as context:
                _photograph(_page(context), stack.address + "/setup/", "set-up", screen)


def _demo_house(browser: Browser, var: Path) -> None:
    with stacks.running(var, names=["web"], prepare=["demo"]) as stack:
        with reader(browser) as context:
            page = _page(context)
            pages.sign_in(page, stack.address)
            found = pages.discover(page, stack)
        for screen, options in SCREENS.items():
            with reader(browser, **options) as context:
                page = _page(context)
                _all(page, stack.address, found.outside, screen)
                pages.sign_in(page, stack.address)
                _all(page, stack.address, found.inside, screen)


def _page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def _all(page: Page, address: str, paths: list[str], screen: str) -> None:
    for path in paths:
        name = _name(path)
        if screen in EVERY_PAGE or name in SEEN_FIRST:
            _photograph(page, address + path, name, screen)


def _photograph(page: Page, url: str, name: str, screen: str) -> None:
    _open(page, url)
    page.evaluate("document.fonts.ready")
    size = page.viewport_size
    assert size is not None
    # As high as the page: what is fixed to the window's edges stays at the picture's.
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), TALLEST)
    page.set_viewport_size({"width": size["width"], "height": height})
    _load_what_is_lazy(page)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}-{screen}.png"
    page.screenshot(path=path, animations="disabled")
    page.set_viewport_size(size)
    _shrink(path)
    sys.stdout.write(f"{path.relative_to(BASE_DIR)} {path.stat().st_size // 1024} kB\n")


def _load_what_is_lazy(page: Page) -> None:
    """Wait for what a browser loads only near the window: a picture shows the whole page."""
    lazy = page.query_selector_all("[loading=lazy]")
    for part in lazy:
        part.evaluate("part => { part.loading = 'eager'; }")
    for part in lazy:
        frame = part.content_frame()
        if frame is None:
            part.evaluate(LOADED)
        else:
            frame.wait_for_url(part.evaluate("frame => frame.src"))


def _open(page: Page, url: str) -> None:
    """Open a page; again where a busy machine answered with an error, of which is no picture."""
    for _try in range(TRIES):
        response = page.goto(url, wait_until="networkidle")
        if response is not None and response.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return
    raise AssertionError(f"{url} does not open")


def _shrink(path: Path) -> None:
    """Keep a picture to 128 colours: pages have few, and the repository stays small."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def _name(path: str) -> str:
    """Return `campaigns-report` for /campaigns/3/report/, and `unsubscribe` for /u/…/."""
    for secret, name in SECRET.items():
        if re.match(secret, path):
            return name
    path, asked, _question = path.partition("?")
    words = [word for word in path.strip("/").split("/") if word and not word.isdecimal()]
    one = "-one" if re.search(r"/\d+/$", path) else ""
    return ("-".join(words) or "home") + one + ("-chosen" if asked else "")


if __name__ == "__main__":
    main()
