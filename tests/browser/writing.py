"""Write a mail as a marketer does: the steps that tests of the editor share."""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.composing.pictures import photos

# As another page of the same member would save it.
POST = """async ([body, format]) => {
  const form = document.getElementById("compose");
  const data = new FormData(form);
  data.set("format", format);
  data.set("body", body);
  const answer = await fetch(form.action, { method: "POST", body: data });
  return answer.status;
}"""


@contextlib.contextmanager
def in_blocks(browser: Browser, address: str, name: str) -> Iterator[Page]:
    """Give a campaign in blocks, open in the editor."""
    with reader(browser) as context:
        page = context.new_page()
        pages.sign_in(page, address)
        begin(page, address, name)
        save(page)
        yield page
        page.close(run_before_unload=False)


def load(page: Page, source: str, way: str = "blocks") -> None:
    """Open a document in the editor that the server has got already."""
    assert page.evaluate(POST, [source, way]) == 200
    page.reload()


def begin(page: Page, address: str, name: str = "Blocks", *, way: str = "Blocks") -> None:
    """Start a campaign that is written this way."""
    page.goto(f"{address}/campaigns/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Start writing").click()
    choose_way(page, way)


def keep_a_picture(page: Page, address: str) -> None:
    """Bring a picture into the library."""
    page.goto(f"{address}/pictures/")
    boat = FilePayload(name="boat.png", mimeType="image/png", buffer=photos.photo(1400, 700))
    page.locator("[data-picture-file]").set_input_files(boat)
    expect(page.locator(".pictures img").first).to_be_visible()


def make_segment(page: Page, address: str, name: str) -> None:
    """Save a segment of the people in the Netherlands."""
    page.goto(f"{address}/segments/new/")
    page.get_by_label("Name").fill(name)
    page.locator("#w-0").select_option("country")
    page.locator("#v-0-values summary").click()
    page.locator("#v-0-values [value=NL]").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text(name)


def choose_way(page: Page, name: str) -> None:
    page.locator(".segmented label", has_text=re.compile(f"^{name}$")).click()


def add(page: Page, name: str) -> Locator:
    """Add a block of this kind, and return it."""
    page.get_by_role("toolbar", name="Add a block").get_by_role("button", name=name).click()
    return page.locator(".block.is-chosen")


def write(page: Page, words: str) -> None:
    """Type into the last block of text."""
    page.locator(".block-text").last.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def move(block: Locator, name: str) -> None:
    """Press the button of a block that moves, copies or deletes it."""
    block.locator(f":scope > .block-bar [data-move={name}]").click()


def body(page: Page) -> str:
    """Return what the form would save as the mail."""
    return page.locator("#id_body").input_value()


def blocks(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body(page))["blocks"]
    return found


def kinds(page: Page) -> list[str]:
    return [block["type"] for block in blocks(page)]


def save(page: Page) -> None:
    """Save by key, and wait until the page says so."""
    page.keyboard.press("Control+s")
    expect(page.locator("#save-state")).to_contain_text(re.compile(r"Saved \d\d:\d\d"))


def block(page: Page, kind: str) -> Locator:
    """Return the block of this kind."""
    return page.locator(f".blocks-canvas .block[data-kind={kind}]")


def handle(block: Locator) -> Locator:
    """Return what a block is dragged by."""
    return block.locator(":scope > .block-handle")


def drag(page: Page, handle: Locator, target: Locator, *, lands: Locator) -> None:
    """Drag a block until the page shows that it will stand where `lands` is, and let go."""
    handle.hover()
    page.mouse.down()

    def is_there() -> bool:
        # What is passed makes room, so the target may have moved.
        box = target.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 30, box["y"] + 3, steps=12)
        return lands.count() == 1

    stacks.until(is_there, "the block will stand there")
    page.mouse.up()
