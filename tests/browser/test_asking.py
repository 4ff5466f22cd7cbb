"""The question before what cannot be taken back: in a dialog, and without any script."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader


@pytest.fixture(params=[True, False], ids=["a dialog", "a page"])
def page(request: pytest.FixtureRequest, chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, java_script_enabled=request.param) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/contacts/not-mailed/")
        yield page


def stop_mailing(page: Page, address: str) -> None:
    page.get_by_label("Addresses and domains").fill(address)
    with page.expect_navigation():
        page.get_by_role("button", name="Stop mailing them").click()


def allow_again(page: Page, *, answer: str) -> None:
    """Ask for mail to the address that was looked up, and answer the question."""
    page.get_by_label("Why may it be mailed again?").fill("Was a mistake")
    page.get_by_role("button", name="Allow mail again").click()
    expect(page.get_by_text("Allow mail to it again?")).to_be_visible()
    place = page.locator("#confirm" if page.locator("#confirm").is_visible() else "#main")
    choice = place.get_by_text(re.compile(answer))
    if answer == "Go back":
        choice.click()
        return
    # What is typed before the next page is there would be gone with this one.
    with page.expect_navigation():
        choice.click()


def is_mailed(page: Page, address: str) -> bool:
    page.get_by_label("E-mail address or domain").fill(address)
    with page.expect_navigation():
        page.get_by_role("button", name="Check").click()
    said = page.get_by_role("status").filter(has_text=address)
    return "may be mailed" in said.inner_text()


def test_who_says_no_changes_nothing_and_who_says_yes_does(page):
    stop_mailing(page, "asked@example.com")
    assert not is_mailed(page, "asked@example.com")
    allow_again(page, answer="Go back")
    assert not is_mailed(page, "asked@example.com")
    # In a dialog the yes says what the button said.
    allow_again(page, answer="^(Yes, go on|Allow mail again)$")
    assert is_mailed(page, "asked@example.com")
