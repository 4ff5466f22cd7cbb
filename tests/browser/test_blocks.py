"""The block editor, driven as a marketer does."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader


@pytest.fixture
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a new campaign, open in the block editor at the width of a tablet."""
    with reader(chromium) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1024, "height": 900})
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/campaigns/new/")
        page.get_by_label("Name").fill("Blocks")
        page.get_by_role("button", name="Start writing").click()
        choose_format(page, "Blocks")
        yield page


def choose_format(page: Page, name: str) -> None:
    page.locator(".segmented label", has_text=re.compile(f"^{name}$")).click()


def add(page: Page, name: str) -> Locator:
    """Add a block of this kind, and return it."""
    page.get_by_role("toolbar", name="Add a block").get_by_role("button", name=name).click()
    return page.locator(".block.is-chosen")


def move(block: Locator, name: str) -> None:
    block.locator(f":scope > .block-bar [data-move={name}]").click()


def blocks(page: Page) -> list[dict]:
    return json.loads(page.locator("#id_body").input_value())["blocks"]


def kinds(page: Page) -> list[str]:
    return [block["type"] for block in blocks(page)]


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#save-state")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


def write(page: Page, words: str) -> None:
    """Type into the last block of text."""
    page.locator(".block-text").last.click()
    page.keyboard.type(words)


def test_a_mail_is_written_saved_and_shown(page: Page):
    write(page, "Good news, ")
    page.get_by_role("button", name="Personal").click()
    page.locator("[data-insert*='default']").click()
    button = add(page, "Button")
    button.get_by_label("Words on it").fill("See the offer")
    button.get_by_label("Leads to").fill("example.com/offer")
    picture = add(page, "Picture")
    picture.get_by_label("Address of the picture").fill("https://example.com/a.png")
    picture.get_by_label("What it shows").fill("A tulip")
    saved(page)
    assert kinds(page) == ["text", "button", "image"]
    before = page.locator("#id_body").input_value()
    page.reload()
    assert page.locator("#id_body").input_value() == before
    expect(page.locator(".block-text")).to_contain_text(
        '{{ contact.first_name | default: "friend" }}'
    )

    page.goto(page.url.replace("/edit/", "/preview/"))
    mail = page.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text("Good news, friend")).to_be_visible()
    expect(mail.get_by_role("link", name="See the offer")).to_have_attribute(
        "href", "https://example.com/offer"
    )


def test_blocks_move_by_button_key_and_drag(page: Page):
    add(page, "Divider")
    spacer = add(page, "Space")
    move(spacer, "up")
    assert kinds(page) == ["text", "spacer", "divider"]
    page.keyboard.press("Alt+ArrowDown")
    assert kinds(page) == ["text", "divider", "spacer"]
    page.locator(".block[data-kind=divider]").click()
    handle = page.locator(".block[data-kind=divider] .block-handle")
    handle.drag_to(page.locator(".block[data-kind=text]"), target_position={"x": 20, "y": 5})
    assert kinds(page) == ["divider", "text", "spacer"]


def test_a_block_is_dragged_from_the_palette(page: Page):
    write(page, "Words")
    page.locator("[data-add=divider]").drag_to(
        page.locator(".block[data-kind=text]"), target_position={"x": 60, "y": 4}
    )
    assert sorted(kinds(page)) == ["divider", "text"]
    expect(page.locator("[data-add=divider]")).to_have_count(1)


def test_every_step_is_undone_and_done_again(page: Page):
    write(page, "Words")
    block = add(page, "Divider")
    move(block, "delete")
    assert kinds(page) == ["text"]
    page.keyboard.press("Control+z")
    assert kinds(page) == ["text", "divider"]
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert blocks(page) == [{"type": "text", "html": "", "align": "left"}]
    for _step in range(3):
        page.get_by_role("button", name="Redo").click()
    assert blocks(page) == [{"type": "text", "html": "<p>Words</p>", "align": "left"}]


def test_words_are_formatted_linked_and_listed(page: Page):
    write(page, "Title")
    page.get_by_label("Kind of paragraph").select_option("h1")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("bold")
    page.keyboard.press("Control+b")
    page.keyboard.type(" read")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Control+k")
    page.get_by_label("Where the link leads").fill("example.com/more")
    page.keyboard.press("Enter")
    (block,) = blocks(page)
    assert block["html"].startswith("<h1>Title</h1><p><strong>bold</strong>")
    assert '<a href="https://example.com/more">read</a>' in block["html"]


def test_columns_and_conditions_hold_blocks(page: Page):
    columns = add(page, "Columns")
    add(page, "Divider")
    columns = page.locator(".block[data-kind=columns]")
    columns.locator(":scope > .block-bar .block-kind").click()
    columns.focus()
    columns.get_by_label("Columns", exact=True).select_option("3")
    condition = add(page, "Condition")
    condition.get_by_label("Only for people whose").select_option("country")
    condition.get_by_label("Test").select_option("is")
    condition.get_by_label("This").fill("NL")
    add(page, "Button")
    found = blocks(page)
    assert [len(column) for column in found[1]["columns"]] == [1, 0, 0]
    assert found[2]["value"] == "NL"
    assert [block["type"] for block in found[2]["blocks"]] == ["button"]
    saved(page)
    before = page.locator("#id_body").input_value()
    page.reload()
    assert page.locator("#id_body").input_value() == before


def test_other_ways_of_writing_are_kept_and_turned_into_blocks(page: Page):
    choose_format(page, "Markdown")
    page.get_by_label("Body", exact=True).fill(
        '# Hello\n\nWords and **more**\n\n[Go](https://example.com "button")'
    )
    page.reload()  # What was typed is not saved yet: the browser asks, and stays when told to.
    choose_format(page, "Blocks")


def test_two_people_lose_nothing(page: Page):
    write(page, "Mine")
    saved(page)
    other = page.context.new_page()
    other.goto(page.url)
    write(other, " and theirs")
    saved(other)
    write(page, "!")
    expect(page.get_by_text("Somebody else has changed this campaign")).to_be_visible()
    assert "Mine" in blocks(page)[0]["html"]
    assert "and theirs" in blocks(other)[0]["html"]
