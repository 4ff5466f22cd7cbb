"""What the block editor shows where nothing is written yet."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader

HINT = "(text) => getComputedStyle(text, '::before').content"


@pytest.fixture
def page(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        writing.begin(page, demo_house.address, "Hints")
        yield page


def text(page: Page) -> Locator:
    return page.locator(".block-text").last


def test_an_empty_text_says_where_to_write_and_words_take_its_place(page: Page):
    assert text(page).evaluate(HINT) == '"Write here …"'
    writing.write(page, "Warm regards,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Hanna")
    expect(text(page).locator("br")).to_have_count(1)
    assert text(page).evaluate(HINT) == "none"

    writing.save(page)
    page.reload()
    expect(text(page)).to_contain_text("Warm regards,")
    assert text(page).evaluate(HINT) == "none"

    text(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(text(page)).to_have_text("")
    assert text(page).evaluate(HINT) == '"Write here …"'
