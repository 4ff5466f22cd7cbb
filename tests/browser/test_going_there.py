"""The buttons of the check lead to where a mail is mended: there the cursor is."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import stack as stacks
from tests.browser import writing

BLOCKS = [
    {"type": "text", "html": "<p>Good news</p>"},
    {"type": "columns", "columns": [[{"type": "divider"}], [{"type": "spacer"}]]},
]
CURSOR = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const seen = box.height > 0 && box.top < innerHeight && box.bottom > 0;
  return seen ? at.dataset.kind || at.name : "nothing that can be seen";
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a campaign in blocks, open in the editor."""
    with writing.in_blocks(chromium, demo_house.address, "Going there") as page:
        writing.load(page, json.dumps({"version": 1, "style": {}, "blocks": BLOCKS}))
        yield page


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("id_subject", "subject"),
        ("id_sender", "sender"),
        ("id_lists", "lists"),
        ("id_segments", "only_segments"),
        ("id_body", "text"),
        ("block-2", "columns"),
        ("block-4", "spacer"),
    ],
)
def test_the_cursor_is_where_the_button_said(page: Page, place: str, name: str):
    address = page.url.partition("#")[0]
    page.goto("about:blank")
    page.goto(f"{address}#{place}")
    stacks.until(lambda: page.evaluate(CURSOR) == name, f"the cursor is at {name}", seconds=20)
