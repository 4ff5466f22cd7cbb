"""Groups within groups, put together on a phone with a finger: counted as they grow."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.hands import Hand
from tests.browser.looking import look

pytestmark = pytest.mark.usefixtures("patient")
PATIENCE = 60_000
PHONE = {"width": 360, "height": 740}
# Less than this is hard to hit: WCAG 2.2, 2.5.8.
SMALLEST = 24
CONTROLS = "#segment :is(button, select, summary, [type=text])"
SIZES = """controls => [...document.querySelectorAll(controls)]
  .filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect())
  .map(box => Math.min(box.width, box.height))"""


def test_a_finger_builds_groups_within_groups(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, viewport=PHONE, color_scheme="dark", has_touch=True) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/segments/new/")
        finger = Hand(page, is_finger=True)
        told = page.locator("#look")
        expect(told).to_contain_text("Finish the conditions")

        finger.choose(page.locator("#w-0"), "list")
        finger.choose(page.locator("#h-0"), "on_any")
        everybody = number(page, "are on a list")
        # What it comes to stays in sight while the conditions grow.
        expect(page.locator("#look .segment-number")).to_be_in_viewport()

        # … who are in one of two countries, …
        finger.press(page.locator("button[value='group:']"))
        finger.choose(page.locator("#m-1"), "any")
        finger.choose(page.locator("#w-1-0"), "country")
        tick(finger, page.locator("#v-1-0-values"), "NL")
        near = number(page, "Netherlands")
        assert 0 < near < everybody

        # … or who have one of two things in common that are a group of their own, …
        finger.press(page.locator("button[value='group:1']"))
        finger.choose(page.locator("#m-1-1"), "all")
        finger.choose(page.locator("#w-1-1-0"), "country")
        tick(finger, page.locator("#v-1-1-0-values"), "DE")
        finger.press(page.locator("button[value='add:1.1'], button[value='add:1-1']"))
        finger.choose(page.locator("#w-1-1-1"), "mailed")
        more = number(page, "may be mailed")
        assert near < more < everybody

        # … but nobody who must not be mailed.
        finger.press(page.locator("button[value='group:']"))
        finger.choose(page.locator("#m-2"), "none")
        finger.choose(page.locator("#w-2-0"), "mailed")
        finger.choose(page.locator("#h-2-0"), "no")
        fewer = number(page, "must not be mailed")
        assert 0 < fewer <= more
        assert min(page.evaluate(SIZES, CONTROLS)) >= SMALLEST
        look(page, "segment-finger")

        # An unfinished condition says at its place what to do.
        finger.press(page.locator("button[value='add:']"))
        finger.choose(page.locator("#w-3"), "country")
        page.locator("#v-3-values").wait_for()
        finger.type("By finger", into=page.get_by_label("Name", exact=True))
        finger.press(page.locator("button[name=save]"))
        expect(page.locator(".segment-condition .form-error")).to_contain_text("Fill in what")
        look(page, "segment-finger-mistake")
        finger.press(page.get_by_role("button", name="Remove this condition").last)
        expect(page.locator(".segment-undo")).to_contain_text("Removed")
        finger.press(page.locator("button[name=save]"))
        expect(page.locator("h1")).to_have_text("By finger")


def tick(finger: Hand, several: Locator, value: str) -> None:
    """Open a list of boxes, tick one, and close the list."""
    finger.press(several.locator("summary"))
    finger.press(several.locator(f"[value={value}]"))
    expect(several.locator("summary")).to_contain_text("1 chosen")
    finger.press(several.locator("summary"))


def number(page: Page, words: str) -> int:
    """Return how many people that is, once it is told with these words."""
    expect(page.locator("#look .segment-sentence")).to_contain_text(words)
    told = page.locator("#look .segment-number strong")
    expect(told).to_have_text(re.compile(r"\d"))
    return int(re.sub(r"\D", "", told.inner_text()))
