"""A marketer compares campaigns, looks at growth, saves and schedules, and shares a report."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import Witness, reader


@pytest.fixture
def marketer(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        yield page


def open_at(page: Page, house: stacks.Stack, path: str) -> Page:
    page.goto(house.address + path)
    return page


def test_campaigns_are_ticked_and_stand_side_by_side(marketer: Page, demo_house):
    open_at(marketer, demo_house, "/campaigns/")
    compare = marketer.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_be_disabled()
    marketer.get_by_label("Compare Herbs for the windowsill").check()
    marketer.get_by_label("Compare Last bulbs at half price").check()
    compare.click()
    expect(marketer).to_have_url(re.compile(r"/campaigns/compare/\?c=\d+&c=\d+$"))
    expect(marketer.get_by_text("by more than chance explains").first).to_be_visible()
    best = marketer.locator("tr", has_text="Clicked").locator(".rank-best")
    expect(best).to_have_text(re.compile("best"))
    expect(marketer.locator("#comparison svg")).to_be_visible()


def test_no_more_than_five_can_be_ticked(marketer: Page, demo_house):
    open_at(marketer, demo_house, "/campaigns/compare/")
    boxes = marketer.locator("[data-choose] input[type=checkbox]")
    most = marketer.locator("[data-choose]").get_attribute("data-most")
    assert most == "5"
    marketer.evaluate("document.querySelector('[data-choose]').dataset.most = '2'")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(boxes.nth(2)).to_be_disabled()
    boxes.nth(0).uncheck()
    expect(boxes.nth(2)).to_be_enabled()


def test_growth_follows_what_is_asked(marketer: Page, demo_house):
    open_at(marketer, demo_house, "/growth/")
    marketer.get_by_label("List").select_option(label="Garden letter")
    expect(marketer.get_by_role("heading", name="Growth of Garden letter")).to_be_visible()
    marketer.get_by_label("The last").select_option(label="30 days")
    expect(marketer).to_have_url(re.compile(r"span=30"))
    expect(marketer.locator("#size svg")).to_be_visible()
    marketer.locator("#change summary").click()
    rows = marketer.locator("#change tbody tr")
    assert rows.count() >= 5


def test_a_view_is_saved_and_mailed_every_month(marketer: Page, demo_house):
    open_at(marketer, demo_house, "/review/?span=7")
    marketer.get_by_role("button", name="Save").first.click()
    marketer.get_by_label("Save this view as").fill("The week")
    marketer.locator(".save-menu button").click()
    expect(marketer.get_by_text("“The week” is saved.")).to_be_visible()
    marketer.get_by_role("link", name="Mail it").click()
    expect(marketer.get_by_label("Of a month, on day")).to_be_hidden()
    marketer.get_by_label("How often").select_option("monthly")
    expect(marketer.get_by_label("Of a week, on")).to_be_hidden()
    marketer.get_by_label("Of a month, on day").fill("31")
    marketer.get_by_role("button", name="Mail it so").click()
    expect(marketer.get_by_text("Every month, on day 31, 08:00")).to_be_visible()


def test_a_shared_report_opens_without_signing_in_and_keeps_to_itself(
    chromium: Browser, marketer: Page, demo_house
):
    open_at(marketer, demo_house, "/campaigns/")
    marketer.get_by_role("link", name="Last bulbs at half price").first.click()
    marketer.get_by_role("link", name="Share", exact=True).click()
    marketer.get_by_role("button", name="Make a link").click()
    address = marketer.get_by_label("Link to the report").input_value()
    with reader(chromium) as context:
        page = context.new_page()
        witness = Witness(page, demo_house.address)
        page.goto(address)
        expect(page.get_by_role("heading", name="Last bulbs at half price")).to_be_visible()
        expect(page.locator("#timeline svg")).to_be_visible()
        assert (witness.complaints, witness.strangers) == ([], [])
        assert context.cookies() == []
        assert page.locator("a[href]").count() == 0
    marketer.get_by_role("link", name="Links to all reports").click()
    row = marketer.locator("tr", has_text="Last bulbs at half price").first
    expect(row).to_contain_text("Open until")
    expect(row).not_to_contain_text("never")
    row.get_by_role("button", name="Shut it").click()
    marketer.get_by_role("dialog").get_by_role("button", name="Shut it").click()
    expect(marketer.get_by_text("The link opens nothing any more.")).to_be_visible()
    with reader(chromium) as context:
        answer = context.new_page().goto(address)
        assert answer is not None
        assert answer.status == 404


def test_a_story_is_filtered_in_place(marketer: Page, demo_house):
    open_at(marketer, demo_house, "/contacts/?q=visser")
    marketer.locator("main tbody a").first.click()
    marketer.get_by_role("link", name="Lists, tags, notes and consent").click()
    expect(marketer.locator("#story").get_by_text("Was added to the contacts")).to_be_visible()
    expect(marketer.locator("#story").get_by_text("Was sent")).to_have_count(0)
    expect(marketer).to_have_url(re.compile(r"/contacts/\d+/$"))
