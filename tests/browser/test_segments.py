"""A segment is built by keyboard in a real browser, counted while it is built, and saved."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Where pictures go, for whoever wants to look at them.
PICTURES = os.environ.get("SEGMENT_PICTURES", "")


def build(page: Page, address: str) -> None:
    """Ask for people in two countries who opened any of the last three campaigns, or did not."""
    page.goto(f"{address}/segments/new/")
    page.get_by_label("Name").fill("Readers nearby")
    page.locator("#w-0").select_option("country")
    page.locator("#h-0").wait_for()
    page.locator("#v-0-values").select_option(["NL", "DE"])
    expect(page.locator("#look")).to_contain_text("whose country is Germany or Netherlands")
    page.get_by_role("button", name="Group").first.focus()
    page.keyboard.press("Enter")
    second = page.locator("#w-1-0")
    expect(second).to_be_focused()
    second.select_option("opened")
    page.locator("#h-1-0").select_option("last")
    page.locator("#v-1-0-last").fill("3")
    expect(page.locator("#look")).to_contain_text("opened any of the last 3 campaigns")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_a_segment_is_built_counted_and_saved(
    chromium: Browser, demo_house: stacks.Stack, width: int, theme: str
):
    viewport = {"width": width, "height": 900}
    with reader(chromium, viewport=viewport, color_scheme=theme) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        build(page, demo_house.address)
        expect(page.locator("#look .segment-number strong")).to_have_text(re.compile(r"[1-9]"))
        assert page.evaluate(OVERFLOW) <= 0
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"build-{width}-{theme}.png", full_page=True)
        page.get_by_role("button", name="Remove this condition").last.click()
        undo = page.get_by_role("button", name="Undo")
        expect(undo).to_be_focused()
        undo.press("Enter")
        expect(page.locator("#v-1-0-last")).to_have_value("3")
        page.get_by_label("Name").fill(f"Readers nearby {width} {theme}")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The segment is saved.")).to_be_visible()
        expect(page.locator("h1")).to_have_text(f"Readers nearby {width} {theme}")
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"one-{width}-{theme}.png", full_page=True)


def test_without_script_it_is_built_all_the_same(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{demo_house.address}/sign-in/")
        pages.fill_in(page)
        page.goto(f"{demo_house.address}/segments/new/")
        page.get_by_label("Name").fill("Without script")
        page.locator("#w-0").select_option("list")
        page.get_by_role("button", name="Show the choices and count").click()
        page.locator("#h-0").select_option("on_any")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("h1")).to_have_text("Without script")
