"""Reports on paper: light whatever the screen wears, nothing to press, nothing cut off."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader

# A4 less its margins, in the pixels of style sheets.
PAPER = {"width": 703, "height": 1017}
MOST_SHEETS = 12
# What is shown of things that only work on a screen.
FOR_SCREENS = """[...document.querySelectorAll(
  ".sidebar, .btn, button, select, .tabs, .switch, .pager a, .skip-link"
)].filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 120))"""
# Boxes and drawings that reach over the edge of the sheet.
CUT_OFF = """[...document.querySelectorAll("main *")]
  .filter(one => one.checkVisibility() && !one.closest(".visually-hidden"))
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 120))"""
LIGHTNESS = """colour => {
  const [red, green, blue] = getComputedStyle(document.body)[colour].match(/[\\d.]+/g).map(Number);
  return (red + green + blue) / 3;
}"""
# How large each drawing is on the sheet, once the page has been told that it is printed.
WATCH = """() => {
  window.drawings = [];
  matchMedia("print").addEventListener("change", ({ matches }) => {
    for (const svg of matches ? document.querySelectorAll(".chart-canvas svg") : []) {
      const { width, height } = svg.getBoundingClientRect();
      window.drawings.push([svg.closest("figure").id, Math.round(width), Math.round(height)]);
    }
  });
}"""
LEAST_HEIGHT = 120


@pytest.fixture
def page(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, color_scheme="dark", viewport=PAPER) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/campaigns/")
        yield page


def report(page: Page) -> str:
    found = page.get_by_role("link", name="Last bulbs at half price").first
    return found.get_attribute("href") or ""


def comparison(page: Page) -> str:
    picks = page.locator("input[name=c]")
    return "/campaigns/compare/?" + "&".join(
        f"c={picks.nth(place).get_attribute('value')}" for place in range(5)
    )


def story(page: Page) -> str:
    page.goto(page.url.replace("/campaigns/", "/contacts/?q=visser"))
    contact = page.locator("main tbody a").first.get_attribute("href")
    return f"{contact}timeline/"


PAGES = {
    "report": report,
    "comparison": comparison,
    "growth": lambda _page: "/growth/?span=90&by=week",
    "review": lambda _page: "/review/",
    "story": story,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_report_fits_on_paper(page: Page, demo_house, name: str):
    page.goto(demo_house.address + PAGES[name](page), wait_until="networkidle")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    for chart in page.locator(".chart-canvas").all():
        expect(chart.locator("svg")).to_be_visible()
    assert page.evaluate(FOR_SCREENS) == []
    assert page.evaluate(CUT_OFF) == []
    # A script tells the page to be light, a moment later.
    # Asked from here: a page that waits by itself would evaluate text, which its policy forbids.
    stacks.until(lambda: page.evaluate(LIGHTNESS, "backgroundColor") > 250, "paper is white")
    stacks.until(lambda: page.evaluate(LIGHTNESS, "color") < 60, "ink is dark")
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert 1 <= sheets <= MOST_SHEETS


def test_the_button_prints(page: Page, demo_house):
    page.goto(f"{demo_house.address}/review/")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")


@pytest.mark.parametrize("name", ["report", "comparison", "growth", "review"])
def test_charts_of_a_wide_window_are_drawn_for_the_sheet(page: Page, demo_house, name: str):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(demo_house.address + PAGES[name](page), wait_until="networkidle")
    for chart in page.locator(".chart-canvas").all():
        expect(chart.locator("svg")).to_be_visible()
    page.evaluate(WATCH)
    page.pdf(prefer_css_page_size=True)
    drawn = page.evaluate("window.drawings")
    assert drawn
    # A page that is somewhat wider than the sheet is shrunk to it.
    too_wide = [one for one in drawn if one[1] > 1.15 * PAPER["width"]]
    flat = [one for one in drawn if one[0] != "world" and one[2] < LEAST_HEIGHT]
    assert not [*too_wide, *flat]
