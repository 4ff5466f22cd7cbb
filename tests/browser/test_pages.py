"""Every page, wide and narrow, light and dark: for all people, on all screens, from here alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import Witness, reader

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
# Mails in frames are what marketers write; the pages around them are ours. Dark pages differ
# from light ones in nothing but colours.
RUN_AXE = """theme => axe.run(document, {
  iframes: false,
  resultTypes: ["violations"],
  ...(theme === "dark" ? {runOnly: ["color-contrast", "link-in-text-block"]} : {}),
}).then(found => found.violations.filter(
  one => ["serious", "critical"].includes(one.impact)
).map(
  one => one.id + ": " + one.nodes.slice(0, 3).map(
    node => `${node.html.slice(0, 160)} (${node.failureSummary.slice(0, 160)})`
  ).join(" | ")
))"""
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
STOPS = "a[href], button, input, select, textarea, summary, iframe, pre, [tabindex]"
SCREENS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]


@pytest.fixture(scope="module")
def found(chromium: Browser, demo_house: stacks.Stack) -> pages.Found:
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        return pages.discover(page, demo_house)


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def screen(
    request: pytest.FixtureRequest, chromium: Browser, demo_house: stacks.Stack
) -> Iterator[BrowserContext]:
    width, theme = request.param
    viewport = {"width": width, "height": 800}
    with reader(chromium, viewport=viewport, color_scheme=theme) as context:
        yield context


def test_there_are_pages_of_every_kind(found: pages.Found):
    for path in ["/", "/campaigns/", "/lists/", "/contacts/", "/settings/", "/campaigns/new/"]:
        assert path in found.inside
    assert any(path.endswith("/report/") for path in found.inside)


def test_every_page_is_for_everybody(screen: BrowserContext, found: pages.Found, demo_house):
    page = screen.new_page()
    wrong = look_at(page, demo_house.address, found.outside)
    pages.sign_in(page, demo_house.address)
    wrong += look_at(page, demo_house.address, found.inside)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("width", [1440, 360])
def test_keyboard_reaches_every_main_action(chromium: Browser, found, demo_house, width: int):
    unreachable = {}
    with reader(chromium, viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        for path in found.inside:
            page.goto(demo_house.address + path)
            missed = walk_by_tab(page)
            if missed:
                unreachable[path] = missed
    assert unreachable == {}


def test_first_tab_offers_to_skip_the_navigation(chromium: Browser, demo_house):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/campaigns/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_theme_is_kept_and_set_before_the_first_paint(chromium: Browser, demo_house):
    with reader(chromium, color_scheme="light") as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        assert page.locator("html").get_attribute("data-bs-theme") == "light"
        page.get_by_role("button", name="Dark").click()
        page.goto(f"{demo_house.address}/campaigns/", wait_until="commit")
        page.locator("body").wait_for(state="attached")
        assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_menu_opens_on_a_phone_and_leads_out(chromium: Browser, demo_house):
    with reader(chromium, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(f"{demo_house.address}/sign-in/")
        pages.fill_in(page)
        expect(page.get_by_role("link", name="Contacts")).to_be_hidden()
        page.get_by_role("button", name="Menu").click()
        expect(page.get_by_role("link", name="Contacts")).to_be_visible()
        page.get_by_role("button", name=pages.EMAIL).click()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{demo_house.address}/sign-in/")


def test_search_answers_while_typing_and_keeps_the_focus(chromium: Browser, demo_house):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/contacts/")
        page.keyboard.press("/")
        page.keyboard.type("schneider", delay=30)
        expect(page.locator("main tbody tr").first).to_contain_text("chneider")
        expect(page).to_have_url(re.compile(r"q=schneider"))
        expect(page.get_by_role("searchbox")).to_be_focused()
        expect(page.get_by_role("searchbox")).to_have_value("schneider")


def look_at(page: Page, address: str, paths: list[str]) -> list[str]:
    """Return what is wrong with these pages, each with its path."""
    wrong: list[str] = []
    for path in paths:
        witness = Witness(page, address)
        response = page.goto(address + path, wait_until="load")
        page.evaluate("document.fonts.ready")
        theme = page.locator("html").get_attribute("data-bs-theme")
        page.evaluate(AXE)
        # A page may still be drawn on a busy machine: what is wrong with it is wrong twice.
        found = page.evaluate(RUN_AXE, theme)
        if found:
            page.evaluate(PAINTED)
            found = page.evaluate(RUN_AXE, theme)
        overflow = page.evaluate(OVERFLOW)
        found += [f"{overflow} px too wide"] if overflow > 0 else []
        found += [f"console: {text}" for text in witness.complaints if not expected(response, text)]
        found += [f"asks {url}" for url in witness.strangers]
        witness.leave(page)
        wrong += [f"{path} {one}" for one in found]
    return wrong


def expected(response: Any, text: str) -> bool:
    """Say whether this is Chromium's own line about a page that answers with an error."""
    return response.status >= 400 and f"status of {response.status}" in text


def walk_by_tab(page: Page) -> list[str]:
    """Press Tab through the whole page; return the main actions that never got the focus."""
    actions = page.locator("main .btn-primary:visible:enabled")
    wanted = actions.count()
    page.evaluate("addEventListener('focusin', event => event.target.dataset.reached = 'yes')")
    stops = page.evaluate(f"document.querySelectorAll('{STOPS}').length") + 2
    for pressed in range(stops):
        page.keyboard.press("Tab")
        reached = page.locator("main .btn-primary[data-reached]:visible")
        if pressed % 10 == 9 and reached.count() == wanted:
            return []
    return [
        action.inner_text() for action in actions.all() if not action.get_attribute("data-reached")
    ]
