"""Merge tags are offered where they are typed, to eyes, keys and screen readers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.writing import add, blocks, choose_way


@pytest.fixture(scope="module")
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        yield page
        page.close(run_before_unload=False)


@pytest.fixture
def house(demo_house: stacks.Stack) -> str:
    return demo_house.address


def offered(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Merge tags")


def test_a_subject_is_completed_by_key_and_its_fallback_typed_over(page: Page, house: str):
    writing.begin(page, house, way="Markdown")
    subject = page.get_by_role("textbox", name="Subject")
    subject.click()
    page.keyboard.type("News for {{ fri")
    field = page.get_by_role("combobox", name="Subject")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(offered(page).get_by_role("option")).to_have_count(1)
    chosen = field.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{chosen}")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("1 merge tags. Arrows choose")).to_be_attached()
    page.keyboard.press("Enter")
    page.keyboard.type("you")
    expect(subject).to_have_value('News for {{ contact.first_name | default: "you" }}')
    expect(offered(page)).to_be_hidden()
    expect(subject).to_be_focused()


def test_arrows_choose_escape_closes_and_undo_takes_back(page: Page, house: str):
    writing.begin(page, house, way="Markdown")
    body = page.locator("#id_body")
    body.fill("Hello ")
    body.press("End")
    page.keyboard.type("{{ last")
    options = offered(page).get_by_role("option")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(offered(page)).to_be_hidden()
    page.keyboard.type("_")
    page.keyboard.press("Tab")
    expect(body).to_have_value("Hello {{ contact.last_name }}")
    page.keyboard.press("Control+z")
    expect(body).to_have_value("Hello {{ last_")


def test_a_button_opens_the_list_and_a_press_takes_from_it(page: Page, house: str):
    writing.begin(page, house, way="Markdown")
    page.get_by_role("button", name="Insert a merge tag: Preheader").click()
    offered(page).get_by_text("Country", exact=True).click()
    expect(page.locator("#id_preheader")).to_have_value("{{ contact.country }}")
    expect(offered(page)).to_be_hidden()


@pytest.mark.parametrize("way", ["HTML", "MJML"])
def test_source_is_completed(page: Page, house: str, way: str):
    writing.begin(page, house, way=way)
    body = page.locator("#id_body")
    body.click()
    page.keyboard.type("<p>{{country")
    page.keyboard.press("Enter")
    expect(body).to_have_value("<p>{{ contact.country }}")


def test_words_and_settings_of_blocks_are_completed(page: Page, house: str):
    writing.begin(page, house)
    page.locator(".block-text").click()
    page.keyboard.type("Dear {{ friend")
    page.keyboard.press("Enter")
    page.keyboard.type("reader")
    assert blocks(page)[0]["html"] == ('<p>Dear {{ contact.first_name | default: "reader" }}</p>')
    button = add(page, "Button")
    button.get_by_label("Words on it").fill("")
    button.get_by_label("Words on it").click()
    page.keyboard.type("For {{ country")
    page.keyboard.press("Enter")
    assert blocks(page)[1]["label"] == "For {{ contact.country }}"


def test_a_part_for_a_segment_is_offered_as_a_condition(page: Page, house: str):
    writing.make_segment(page, house, "Tulip lovers")
    writing.begin(page, house, way="Markdown")
    choose_way(page, "Markdown")
    page.locator("#id_body").click()
    page.keyboard.type("{% tulip")
    page.keyboard.press("Enter")
    page.keyboard.type("Only you")
    written = page.locator("#id_body").input_value()
    assert written.startswith("{% if contact.segment-")
    assert written.endswith(' == "in" %}Only you{% endif %}')
