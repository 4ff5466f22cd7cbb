"""A subject gets emoji by button, key or name, and is shown as a phone's list would cut it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader


@pytest.fixture
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a new campaign in the hands of somebody with a phone."""
    with reader(chromium, viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        writing.begin(page, demo_house.address)
        yield page
        page.close(run_before_unload=False)


def test_emoji_are_chosen_in_a_grid_by_keys_alone(page: Page):
    page.get_by_role("button", name="Insert an emoji: Subject").press("Enter")
    options = page.get_by_role("listbox", name="Emoji").get_by_role("option")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(options.nth(9)).to_have_attribute("aria-selected", "true")
    # Above the ninth is the second; under it, as all do, the last row goes on with the first.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.nth(41)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#id_subject")).to_have_value("🎉")
    expect(page.locator("#id_subject")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator("#id_subject")).to_have_value("")


def test_an_emoji_is_found_by_its_name(page: Page):
    page.locator("#id_subject").click()
    page.keyboard.type("Re:tulips and :tul")
    options = page.get_by_role("listbox", name="Emoji").get_by_role("option")
    expect(options).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator("#id_subject")).to_have_value("Re:tulips and 🌷")


def test_a_phones_list_is_shown_with_what_people_without_fields_get(page: Page):
    line = page.locator(".phone-line")
    expect(line).to_contain_text("No subject yet")
    named = '{{ contact.first_name | default: "friend" }}'
    subject = f"Tulips for you, {named}, and much more than one phone can show"
    page.locator("#id_subject").fill(subject)
    page.locator("#id_preheader").fill("From {{ contact.country }}")
    shown = line.locator("[data-shows=subject]")
    expect(shown).to_have_text("Tulips for you, friend, and much more than one phone can show")
    assert shown.evaluate("place => place.scrollWidth > place.clientWidth")
    expect(line.locator("[data-shows=preheader]")).to_have_text("From GB")
    expect(page.get_by_text("Phones show about 45.")).to_have_class("text-warning")


def test_a_subject_is_as_wide_as_a_phone_lets_any_field_be(page: Page):
    widths = [
        page.locator(field).evaluate("field => field.getBoundingClientRect().width")
        for field in ("#id_name", "#id_subject", "#id_preheader")
    ]
    assert widths[0] == widths[1] == widths[2]
    for tool in page.locator(".mergeable > .tool").all():
        # Not under its neighbour, nor under the line: a finger reaches it.
        tool.click(trial=True)
