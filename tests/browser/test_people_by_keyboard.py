"""Every table of people, worked with the keyboard alone: sorted, turned, ticked, changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.looking import look

pytestmark = pytest.mark.usefixtures("patient")
# Presses of Tab; no page has more stops before its table's end.
STOPS = 60
HAS_KEYBOARD = "css => Boolean(document.activeElement?.matches(css))"
LISTED = "SELECT list_id FROM audience_subscription GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
SENT = "SELECT campaign_id FROM sending_delivery GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
SEGMENT = "SELECT min(id) FROM audience_segment"
# Each table: its page, where its number comes from, whether it has several pages, and what
# its button leads to.
BULK = re.compile(r"/contacts/bulk/\d+/")
TABLES = {
    "contacts": ("/contacts/", None, True, BULK),
    "list": ("/lists/{}/", LISTED, True, BULK),
    "segment": ("/contacts/?segment={}", SEGMENT, True, BULK),
    "recipients": ("/campaigns/{}/report/recipients/", SENT, True, BULK),
    "trouble": ("/campaigns/{}/", SENT, False, BULK),
    "domains": ("/contacts/not-mailed/domains/", None, False, None),
}
DOMAINS = """
INSERT INTO audience_suppresseddomain (workspace_id, domain, at)
SELECT w.id, 'stopped' || n || '.example', now()
FROM accounts_workspace w, generate_series(1, 3) n ON CONFLICT DO NOTHING
"""


@pytest.fixture(params=pages.SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def page(
    request: pytest.FixtureRequest, chromium: Browser, demo_house: stacks.Stack
) -> Iterator[Page]:
    width, theme = request.param
    with pages.signed_in(chromium, demo_house.address, width, theme) as page:
        yield page


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_sorted_turned_ticked_and_acted_on(
    page: Page, demo_house: stacks.Stack, name: str
):
    path, number, has_pages, target = TABLES[name]
    demo_house.query(DOMAINS)
    found = demo_house.query(number)[0][0] if number else ""
    page.goto(demo_house.address + path.format(found))
    sort(page)
    if has_pages:
        turn(page)
    tick(page)
    look(page, f"keyboard-{name}-{page.viewport_size['width'] if page.viewport_size else 0}")
    page.keyboard.press("Enter")
    expect(page.locator("[data-pick-button]")).to_be_focused()
    if target:
        page.keyboard.press("Enter")
        page.wait_for_url(target)


def sort(page: Page) -> None:
    """Sort by the first heading, twice; the keyboard stays on it."""
    tab_to(page, "th .sort")
    heading = page.locator("th:has(.sort:focus)")
    before = heading.get_attribute("aria-sort")
    for _press in range(2):
        page.keyboard.press("Enter")
        turned = "ascending" if before == "descending" else None
        now = page.locator("th:has(.sort:focus)")
        expect(now).to_have_attribute("aria-sort", turned or re.compile("ascending|descending"))
        expect(now).not_to_have_attribute("aria-sort", before or "")
        before = now.get_attribute("aria-sort")


def turn(page: Page) -> None:
    """Go to the next page and back; the keyboard stays among the pages."""
    first = page.locator("main tbody tr").first.inner_text()
    following = page.locator(".pager a[rel=next]")
    following.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main tbody tr").first).not_to_have_text(first, use_inner_text=True)
    expect(page.locator(".pager a[rel=next]")).to_be_focused()
    page.locator(".pager a[rel=prev]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pager a[rel=prev]")).to_have_count(0)
    # The first page has none before it.
    expect(page.locator(".pager a[rel=next]")).to_be_focused()


def tick(page: Page) -> None:
    """Tick all, none, one, and a range."""
    boxes = page.locator("[data-pick-one]")
    some = page.locator("[data-pick-one]:checked")
    all_of = boxes.count()
    # Back to the heading before all others.
    page.locator("th .sort").first.focus()
    page.keyboard.press("Shift+Tab")
    expect(page.locator("[data-pick-all]")).to_be_focused()
    page.keyboard.press("Space")
    expect(some).to_have_count(all_of)
    told(page, all_of)
    page.keyboard.press("Space")
    expect(some).to_have_count(0)
    tab_to(page, "[data-pick-one]")
    expect(page.locator(".pick-keys")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(boxes.nth(2)).to_be_focused()
    expect(some).to_have_count(3)
    told(page, 3)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowUp")
    expect(boxes.nth(1)).to_be_focused()
    expect(some).to_have_count(2)
    told(page, 2)


def told(page: Page, number: int) -> None:
    expect(page.locator("[data-pick-count]")).to_have_text(f"Ticked: {number}")


def tab_to(page: Page, css: str) -> Locator:
    """Press Tab until something of this kind has the keyboard, and return it."""
    page.locator(css).first.wait_for()
    for _press in range(STOPS):
        if page.evaluate(HAS_KEYBOARD, css):
            return page.locator(f":is({css}):focus")
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {css}")
