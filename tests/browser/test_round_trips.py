"""What the server keeps comes out of the editor as it went in, to the letter."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import documents, pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.writing import add, block

SEEDS = range(8)
# As another page of the same member would save it.
POST = """async (body) => {
  const form = document.getElementById("compose");
  const data = new FormData(form);
  data.set("format", "blocks");
  data.set("body", body);
  const answer = await fetch(form.action, { method: "POST", body: data });
  return answer.status;
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a campaign in blocks, open in the editor."""
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        writing.begin(page, demo_house.address, "Round trips")
        writing.save(page)
        yield page
        page.close(run_before_unload=False)


def load(page: Page, source: str) -> None:
    """Open a document in the editor that the server has got already."""
    assert page.evaluate(POST, source) == 200
    page.reload()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_document_that_nobody_touches_is_saved_as_it_was(page: Page, seed: int):
    source = documents.make(seed)
    load(page, source)
    assert writing.body(page) == source
    writing.save(page)
    page.reload()
    assert writing.body(page) == source


@pytest.mark.parametrize("seed", [100, 101, 102])
def test_after_an_edit_is_undone_it_is_what_it_was(page: Page, seed: int):
    source = documents.make(seed)
    load(page, source)
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
