"""The click map: each link of the mail wears what the table beside it says, and leads nowhere."""

import re
from itertools import combinations

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import Witness, reader


@pytest.fixture(params=[1440, 360])
def page(request: pytest.FixtureRequest, chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, viewport={"width": request.param, "height": 800}) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/campaigns/")
        page.get_by_role("link", name="Garden letter: autumn bulbs").first.click()
        page.locator(".tabs").get_by_role("link", name="Click map").click()
        expect(mail(page).get_by_title(re.compile(r"^Link \d+:")).first).to_be_visible()
        yield page


def mail(page: Page) -> FrameLocator:
    return page.frame_locator("iframe.click-map-mail")


def on_the_mail(page: Page) -> dict[str, str]:
    """Return how many people clicked, by number of link, as the badges say."""
    titles = mail(page).get_by_title(re.compile(r"^Link \d+:"))
    found = [
        re.match(r"Link (\d+): ([\d,]+)", one.get_attribute("title") or "") for one in titles.all()
    ]
    return {match[1]: match[2] for match in found if match}


def in_the_table(page: Page) -> dict[str, str]:
    rows = page.locator(".click-map-side tbody tr")
    return {
        row.locator(".link-number").inner_text(): row.locator(".share-figure")
        .inner_text()
        .split()[0]
        for row in rows.all()
    }


def test_the_mail_and_the_table_say_the_same(page: Page):
    assert on_the_mail(page) == in_the_table(page)
    assert len(on_the_mail(page)) == 5


def test_badges_stand_side_by_side_within_the_mail(page: Page):
    boxes = [
        badge.evaluate(
            """badge => {
              const box = badge.getBoundingClientRect();
              return [box.left, box.top, box.right, box.bottom];
            }"""
        )
        for badge in mail(page).get_by_title(re.compile(r"^Link \d+:")).all()
    ]
    width = mail(page).locator("html").evaluate("html => html.clientWidth")
    assert all(0 <= left < right <= width for left, _top, right, _bottom in boxes)
    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]


def test_nothing_in_the_mail_leads_away_or_asks_others(page: Page, demo_house):
    witness = Witness(page, demo_house.address)
    before = page.url
    link = mail(page).locator("a[href*='tulip-and-thyme']").first
    link.click(modifiers=[], force=True)
    expect(page).to_have_url(before)
    assert len(page.context.pages) == 1
    assert witness.strangers == []


def test_a_link_of_the_table_leads_to_who_clicked_it(page: Page):
    row = page.locator(".click-map-side tbody tr").first
    people = row.locator(".share-figure").inner_text().split()[0]
    row.get_by_role("link").click()
    expect(page.locator(".pager-count")).to_have_text(f"{people} rows")


def overlap(one: list[float], other: list[float]) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 0 and down > 0
