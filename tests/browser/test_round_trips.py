"""What the server keeps comes out of the editor as it went in, to the letter."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from campaigns.composing.templating import starters
from tests.browser import documents, writing
from tests.browser import stack as stacks
from tests.browser.writing import add, block

SEEDS = range(8)
BY_HAND = {
    "markdown": "\n# Hello\n\n  {{ contact.first_name }} & “you”\n\n\t- one\n\n",
    "html": "\n<!DOCTYPE html>\n<body>\n\t<p>a&amp;b &lt; c</p>\n<textarea>\nx</textarea>\n\n",
    "mjml": "<mjml>\n <mj-body><mj-section><mj-column>\n<mj-text>A &amp; B</mj-text>\n"
    "</mj-column></mj-section></mj-body>\n</mjml>\n\n",
}


@pytest.fixture(scope="module")
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a campaign in blocks, open in the editor."""
    with writing.in_blocks(chromium, demo_house.address, "Round trips") as page:
        yield page


@pytest.mark.parametrize("seed", SEEDS)
def test_a_document_that_nobody_touches_is_saved_as_it_was(page: Page, seed: int):
    source = documents.make(seed)
    writing.load(page, source)
    assert writing.body(page) == source
    writing.save(page)
    page.reload()
    assert writing.body(page) == source


@pytest.mark.parametrize("key", starters.KEYS)
def test_each_of_our_templates_is_saved_as_it_was(page: Page, key: str):
    source = starters.every()[key].body("")
    writing.load(page, source)
    writing.save(page)
    page.reload()
    assert writing.body(page) == source


@pytest.mark.parametrize(("way", "source"), BY_HAND.items())
def test_what_is_written_by_hand_is_saved_as_it_was(page: Page, way: str, source: str):
    writing.load(page, source, way)
    assert writing.body(page) == source
    writing.save(page)
    page.reload()
    assert writing.body(page) == source


@pytest.mark.parametrize("seed", [100, 101, 102])
def test_after_an_edit_is_undone_it_is_what_it_was(page: Page, seed: int):
    source = documents.make(seed)
    writing.load(page, source)
    block(page, "text").first.locator(".block-text").click()
    page.keyboard.press("End")
    page.keyboard.type("typed")
    add(page, "Divider")
    block(page, "divider").first.focus()
    page.keyboard.press("Delete")
    undo = page.get_by_role("button", name="Undo")
    assert writing.body(page) != source
    while undo.is_enabled():
        undo.click()
    assert writing.body(page) == source
    writing.save(page)
    page.reload()
    assert writing.body(page) == source
    expect(undo).to_be_disabled()
