"""Blocks that a template's author locked: others see that, and are told what they cannot do."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.writing import add, block, blocks, kinds, move

HELD = "Locked by the template: this has to stay as it was."
PLAIN = {"band": "", "align": "left", "size": ""}
BLOCKS = [
    {"type": "text", "html": "<p>Our head</p>", **PLAIN, "lock": "all"},
    {"type": "text", "html": "<p>Words of yours</p>", **PLAIN, "lock": "place"},
    {"type": "divider", "band": "", "lock": "place"},
    {"type": "spacer", "height": 24, "band": "", "lock": ""},
]
# Made as an owner's template would make it, for a member who is none.
MAKE = """
import json
from campaigns.accounts.models import Member, User, Workspace
from campaigns.composing import editing
workspace = Workspace.objects.get(members__email="demo@example.com")
user = User.objects.filter(email="writer@example.com").first()
if user is None:
    user = User.objects.create_user("writer@example.com", "tulip thyme and tea")
    Member.objects.create(workspace=workspace, user=user, role="marketer")
body = json.dumps({"version": 1, "style": {}, "blocks": json.loads(BLOCKS)})
content = {"format": "blocks", "body": body}
print("made", editing.create(workspace, user, "From a template", content).pk)
"""


@pytest.fixture
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a campaign with locked blocks, open for somebody who may not unlock them."""
    code = f"BLOCKS = {json.dumps(json.dumps(BLOCKS))}\n{MAKE}"
    pk = demo_house.manage("shell", "--verbosity=0", "-c", code).split("made ")[1].split()[0]
    with reader(chromium, viewport={"width": 820, "height": 1180}) as context:
        page = context.new_page()
        page.goto(f"{demo_house.address}/sign-in/")
        pages.fill_in(page, email="writer@example.com")
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        page.goto(f"{demo_house.address}/campaigns/{pk}/edit/")
        yield page
        page.close(run_before_unload=False)


def test_a_block_that_moves_between_locked_ones_goes_back_and_it_is_said(page: Page):
    before = blocks(page)
    block(page, "spacer").click()
    move(block(page, "spacer"), "up")
    expect(page.locator(".blocks-refusal")).to_have_text(HELD)
    expect(page.locator(".blocks-refusal")).to_be_in_viewport()
    assert blocks(page) == before
    assert kinds(page) == ["text", "text", "divider", "spacer"]


def test_what_is_locked_in_place_is_not_deleted(page: Page):
    block(page, "divider").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".blocks-refusal")).to_have_text(HELD)
    assert kinds(page) == ["text", "text", "divider", "spacer"]


def test_a_press_on_what_is_locked_whole_says_so(page: Page):
    locked = page.locator('.block[data-lock="all"]')
    locked.scroll_into_view_if_needed()
    box = locked.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".blocks-refusal")).to_have_text(HELD)


def test_what_is_free_is_written_and_saved(page: Page):
    words = page.locator('.block[data-lock="place"] .block-text')
    words.click()
    page.keyboard.press("End")
    page.keyboard.type(", all of them")
    block(page, "spacer").focus()
    add(page, "Button").get_by_label("Words on it").fill("Go")
    writing.save(page)
    page.reload()
    assert [one["type"] for one in blocks(page)] == ["text", "text", "divider", "spacer", "button"]
    assert blocks(page)[1]["html"] == "<p>Words of yours, all of them</p>"
    expect(page.locator(".blocks-refusal")).to_have_count(0)
