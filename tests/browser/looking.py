"""Hold a page against its window, and keep a picture of it for whoever wants to look."""

import os
from pathlib import Path

from playwright.sync_api import Page

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where pictures go.
PICTURES = os.environ.get("CANDID_PICTURES", "")


def look(page: Page, name: str) -> None:
    """Fail where a page is wider than its window."""
    assert page.evaluate(OVERFLOW) <= 0
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
