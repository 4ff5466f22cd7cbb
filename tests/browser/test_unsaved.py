"""Nothing that was written is lost: a closed tab, no network, signed out, another person."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.writing import blocks, write

# Milliseconds from typing to what became of saving it, and what a busy machine adds.
SLOW = 20_000


@pytest.fixture
def member(chromium: Browser, demo_house: stacks.Stack) -> Iterator[BrowserContext]:
    with reader(chromium) as context:
        pages.sign_in(context.new_page(), demo_house.address)
        yield context


@pytest.fixture
def page(member: BrowserContext, demo_house: stacks.Stack) -> Page:
    """Give a campaign of which something is saved."""
    page = member.new_page()
    writing.begin(page, demo_house.address)
    write(page, "Saved words")
    writing.save(page)
    return page


def closed_and_opened_again(page: Page) -> Page:
    """Close the tab without being asked, as a crash does, and open the same address."""
    kept = "Object.keys(localStorage).some(key => key.startsWith('candid-unsaved'))"
    stacks.until(lambda: page.evaluate(kept), "the browser keeps what was written")
    again = page.context.new_page()
    page.close(run_before_unload=False)
    again.goto(page.url)
    return again


def test_what_the_network_swallowed_is_offered_when_the_page_is_opened_again(page: Page):
    page.route("**/edit/", lambda route: route.abort())
    write(page, " and more")
    expect(page.locator("#save-state")).to_contain_text("the server did not answer", timeout=SLOW)
    again = closed_and_opened_again(page)
    offer = again.locator("#unsaved")
    expect(offer).to_contain_text("What you wrote here was not saved")
    expect(offer.locator(".is-added mark")).to_have_text("and more")
    assert "and more" not in writing.body(again)
    offer.get_by_role("button", name="Go on with what I wrote").click()
    expect(offer).to_be_empty()
    expect(again.locator(".block-text")).to_have_text("Saved words and more")
    again.reload()
    expect(again.locator(".block-text")).to_have_text("Saved words and more")
    expect(offer).to_be_empty()


def test_what_is_thrown_away_is_not_offered_again(page: Page):
    page.route("**/edit/", lambda route: route.abort())
    write(page, " and more")
    again = closed_and_opened_again(page)
    again.get_by_role("button", name="Throw it away").click()
    again.reload()
    expect(again.locator("#unsaved")).to_be_empty()
    expect(again.locator(".block-text")).to_have_text("Saved words")


def test_who_was_signed_out_finds_it_after_signing_in(page: Page, demo_house: stacks.Stack):
    page.context.clear_cookies(name="sessionid")
    write(page, " and more")
    expect(page.locator("#save-state")).to_contain_text("you are signed out", timeout=SLOW)
    expect(page.locator(".block-text")).to_have_text("Saved words and more")
    address = page.url
    other = page.context.new_page()
    page.close(run_before_unload=False)
    pages.sign_in(other, demo_house.address)
    other.goto(address)
    expect(other.locator("#unsaved .is-added mark")).to_have_text("and more")


def test_a_page_of_who_was_signed_out_stays_and_says_so(
    member: BrowserContext, demo_house: stacks.Stack
):
    page = member.new_page()
    page.goto(f"{demo_house.address}/contacts/")
    rows = page.locator("#people tbody tr")
    there = rows.count()
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("searchbox").fill("nobody at all")
    expect(page.locator("#notices")).to_contain_text("You are signed out.", timeout=SLOW)
    expect(rows).to_have_count(there)
    expect(page.locator("input[type=password]")).to_have_count(0)
    page.get_by_role("link", name="Reload this page to sign in again").click()
    expect(page.locator("input[type=password]")).to_be_visible()


def test_two_people_at_once_are_told_and_lose_nothing(
    page: Page, chromium: Browser, demo_house: stacks.Stack
):
    with reader(chromium) as context:
        pages.sign_in(context.new_page(), demo_house.address)
        theirs = context.new_page()
        theirs.goto(page.url)
        write(theirs, " and theirs")
        writing.save(theirs)
        write(page, " and mine")
        told = page.get_by_text("Somebody else has changed this campaign")
        expect(told).to_be_visible()
        assert "and mine" in blocks(page)[0]["html"]
        page.get_by_role("button", name="Save mine over it").click()
        expect(told).to_have_count(0)
        expect(page.locator("#save-state")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))
        theirs.reload()
        expect(theirs.locator(".block-text")).to_have_text("Saved words and mine")
        # What they saved is among the versions still.
        theirs.goto(page.url.replace("/edit/", "/versions/"))
        theirs.locator("main tbody a").nth(1).click()
        expect(theirs.locator(".is-added mark")).to_have_text("and theirs")
        theirs.get_by_role("button", name="Bring it back").click()
        expect(theirs.locator(".block-text")).to_have_text("Saved words and theirs")


def test_another_way_of_writing_is_asked_for_and_can_be_taken_back(page: Page):
    dialog = page.locator("dialog#confirm")
    writing.choose_way(page, "Markdown")
    expect(dialog).to_contain_text("Colours, columns and layout are left out.")
    expect(dialog).to_contain_text("What you have now stays among the versions.")
    dialog.get_by_role("button", name="Go back").click()
    expect(page.locator(".block-text")).to_have_text("Saved words")
    expect(page.locator("[name=format]:checked")).to_have_value("blocks")

    write(page, " and more")
    writing.choose_way(page, "Markdown")
    dialog.get_by_role("button", name="Yes, go on").click()
    body = page.get_by_label("Body", exact=True)
    expect(body).to_have_value("Saved words and more\n")

    page.goto(page.url.replace("/edit/", "/versions/"))
    expect(page.locator("main tbody tr")).to_have_count(2)
    page.locator("main tbody a").nth(1).click()
    page.get_by_role("link", name="What bringing it back would change").click()
    expect(page.locator(".is-added", has_text="Written as: Blocks")).to_be_visible()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(".block-text")).to_have_text("Saved words and more")


def test_an_empty_mail_begins_in_any_way_without_a_word(page: Page, demo_house: stacks.Stack):
    writing.begin(page, demo_house.address, way="Blocks")
    writing.choose_way(page, "HTML")
    expect(page.get_by_label("Body", exact=True)).to_have_value("")
    writing.choose_way(page, "Blocks")
    expect(page.locator(".block-text")).to_be_visible()
