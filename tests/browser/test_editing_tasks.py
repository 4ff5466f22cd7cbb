"""What marketers do all day in the editor, with a mouse and with a finger, in few steps.

The most steps are how many the hand needs that knows the page; the number may fall, not rise.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.hands import Hand
from tests.browser.writing import block, blocks, kinds
from tests.composing.pictures import photos

SCREENS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "tablet": {"viewport": {"width": 820, "height": 1180}, "has_touch": True},
}
WORDS = "<p>Good news</p>"
BEGIN = {
    "version": 1,
    "style": {},
    "blocks": [
        {"type": "text", "html": WORDS},
        {"type": "image", "src": "https://example.com/old.png", "alt": ""},
        {"type": "spacer", "height": 24},
        {"type": "columns", "columns": [[{"type": "divider"}], []]},
    ],
}
Task = Callable[[Hand], None]
TASKS: list[tuple[int, Task]] = []


def at_most(steps: int) -> Callable[[Task], Task]:
    """Put a task on the list, with the steps that it may take."""

    def listed(task: Task) -> Task:
        TASKS.append((steps, task))
        return task

    return listed


@pytest.fixture(scope="module", params=SCREENS)
def hand(
    request: pytest.FixtureRequest, chromium: Browser, demo_house: stacks.Stack
) -> Iterator[Hand]:
    """Give a hand on a campaign that is open in the block editor."""
    with reader(chromium, **SCREENS[request.param]) as context:
        page = context.new_page()
        # What pictures say is not fetched.
        page.route("https://example.com/**", lambda route: route.abort())
        pages.sign_in(page, demo_house.address)
        writing.keep_a_picture(page, demo_house.address)
        writing.begin(page, demo_house.address, "Tasks")
        writing.save(page)
        yield Hand(page, is_finger="has_touch" in SCREENS[request.param])
        page.close(run_before_unload=False)


def palette(page: Page, name: str) -> Locator:
    tools = page.get_by_role("toolbar", name="Add a block")
    return tools.get_by_role("button", name=name, exact=True)


def words(page: Page) -> Locator:
    return page.locator(".block-text").get_by_text("Good news")


def tool(page: Page, name: str) -> Locator:
    return page.locator(f".block.is-chosen > .block-bar [data-move={name}]")


@at_most(2)
def add_text(hand: Hand) -> None:
    hand.press(palette(hand.page, "Text"))
    hand.type("More of it")
    assert blocks(hand.page)[-1]["html"] == "<p>More of it</p>"


@at_most(2)
def make_words_bold(hand: Hand) -> None:
    hand.mark(words(hand.page))
    hand.press(hand.page.locator(".block.is-chosen [data-command=bold]"))
    assert blocks(hand.page)[0]["html"] == "<p><strong>Good news</strong></p>"


@at_most(4)
def link_words(hand: Hand) -> None:
    hand.mark(words(hand.page))
    hand.press(hand.page.locator(".block.is-chosen [data-command=link]"))
    hand.type("example.com/more")
    hand.key("Enter")
    assert blocks(hand.page)[0]["html"] == '<p><a href="https://example.com/more">Good news</a></p>'


@at_most(2)
def replace_a_picture(hand: Hand) -> None:
    hand.press(block(hand.page, "image"))
    hand.type("example.com/new.png", into=hand.page.get_by_label("Or its address"))
    assert blocks(hand.page)[1]["src"] == "https://example.com/new.png"


@at_most(5)
def replace_a_picture_from_the_library(hand: Hand) -> None:
    hand.press(block(hand.page, "image"))
    hand.press(hand.page.get_by_role("button", name="Choose a picture"))
    dialog = hand.page.get_by_role("dialog", name="Insert picture")
    hand.press(dialog.get_by_role("button", name="boat").first)
    describe(hand, "A boat at dawn")
    found = blocks(hand.page)[1]
    assert "/media/pictures/" in found["src"]
    assert found["alt"] == "A boat at dawn"


@at_most(4)
def paste_a_picture_below_words(hand: Hand) -> None:
    hand.press(words(hand.page))
    hand.paste(words(hand.page), picture=photos.photo(900, 450))
    describe(hand, "Fresh from the clipboard")
    assert kinds(hand.page) == ["text", "image", "image", "spacer", "columns"]
    assert blocks(hand.page)[0]["html"] == WORDS
    assert blocks(hand.page)[1]["alt"] == "Fresh from the clipboard"


@at_most(3)
def drop_one_of_the_library_on_a_picture(hand: Hand) -> None:
    library = hand.page.request.get(f"{hand.page.url.partition('/campaigns/')[0]}/pictures/").text()
    (tile, *_others) = re.findall(r'<a href="/pictures/\d+/">', library)
    hand.drop(block(hand.page, "image").locator(".block-face"), html=tile)
    describe(hand, "A boat at noon")
    assert "/media/pictures/" in blocks(hand.page)[1]["src"]


def describe(hand: Hand, words: str) -> None:
    """Say what the picture shows that was brought, and put it in."""
    dialog = hand.page.get_by_role("dialog", name="Insert picture")
    hand.type(words, into=dialog.get_by_label("What does it show?"))
    hand.press(dialog.get_by_role("button", name="Insert", exact=True))
    expect(dialog).to_be_hidden()


@at_most(2)
def say_what_a_picture_shows(hand: Hand) -> None:
    hand.press(block(hand.page, "image"))
    hand.type("A tulip", into=hand.page.get_by_label("What it shows"))
    assert blocks(hand.page)[1]["alt"] == "A tulip"


@at_most(3)
def put_words_into_the_second_of_two_columns(hand: Hand) -> None:
    hand.press(block(hand.page, "columns").locator(".blocks-list").nth(1))
    hand.press(palette(hand.page, "Text"))
    hand.type("Beside")
    assert [len(column) for column in blocks(hand.page)[3]["columns"]] == [1, 1]


@at_most(2)
def move_to_the_other_column_and_no_key_needed(hand: Hand) -> None:
    hand.press(block(hand.page, "divider"))
    hand.press(tool(hand.page, "right"))
    assert [len(column) for column in blocks(hand.page)[3]["columns"]] == [0, 1]


@at_most(2)
def duplicate(hand: Hand) -> None:
    hand.press(block(hand.page, "spacer"))
    hand.press(tool(hand.page, "copy"))
    assert kinds(hand.page) == ["text", "image", "spacer", "spacer", "columns"]


@at_most(4)
def delete_undo_and_do_it_again(hand: Hand) -> None:
    hand.press(block(hand.page, "spacer"))
    hand.press(tool(hand.page, "delete"))
    hand.press(hand.page.get_by_role("button", name="Undo"))
    assert kinds(hand.page) == ["text", "image", "spacer", "columns"]
    hand.press(hand.page.get_by_role("button", name="Redo"))
    assert kinds(hand.page) == ["text", "image", "columns"]


@at_most(2)
def colour_the_buttons(hand: Hand) -> None:
    hand.press(hand.page.get_by_text("Colours and font"))
    hand.type("#aa0000", into=hand.page.get_by_label("Buttons and bands"))
    assert style(hand.page)["accent"] == "#aa0000"


@at_most(3)
def choose_a_font_and_then_the_brands(hand: Hand) -> None:
    hand.press(hand.page.get_by_text("Colours and font"))
    hand.choose(hand.page.locator("[data-style] [data-key=font]"), "serif")
    assert style(hand.page)["font"] == "serif"
    hand.press(hand.page.get_by_role("button", name="All as the brand"))
    assert style(hand.page)["font"] == "brand"


@at_most(2)
def set_the_size_of_a_space(hand: Hand) -> None:
    hand.press(block(hand.page, "spacer"))
    hand.type("48", into=hand.page.get_by_label("Height in pixels"))
    assert blocks(hand.page)[2]["height"] == 48


@at_most(1)
def add_a_divider(hand: Hand) -> None:
    hand.press(palette(hand.page, "Divider"))
    assert kinds(hand.page)[-1] == "divider"


@at_most(2)
def add_a_social_link(hand: Hand) -> None:
    hand.press(palette(hand.page, "Social"))
    hand.type("github.com/acme", into=hand.page.get_by_label("GitHub"))
    assert blocks(hand.page)[-1]["links"] == [{"name": "GitHub", "href": "https://github.com/acme"}]


@at_most(3)
def greet_by_name(hand: Hand) -> None:
    hand.press(palette(hand.page, "Text"))
    hand.type("Dear {{ fri")
    hand.key("Enter")
    assert 'Dear {{ contact.first_name | default: "friend" }}' in blocks(hand.page)[-1]["html"]


@at_most(5)
def write_for_some_people_only(hand: Hand) -> None:
    hand.press(palette(hand.page, "Condition"))
    chosen = hand.page.locator(".block.is-chosen")
    hand.choose(chosen.locator("[data-key=field]"), "country")
    hand.press(palette(hand.page, "Text"))
    hand.type("For you")
    found = blocks(hand.page)[-1]
    assert (found["field"], found["blocks"][0]["html"]) == ("country", "<p>For you</p>")


@at_most(6)
def keep_a_block_and_put_it_in(hand: Hand) -> None:
    hand.press(words(hand.page))
    hand.press(hand.page.locator(".block.is-chosen [data-keep]"))
    name = f"News by {'finger' if hand.is_finger else 'mouse'}"
    hand.type(name)
    hand.key("Enter")
    expect(hand.page.get_by_role("dialog")).to_be_hidden()
    hand.press(palette(hand.page, "Kept"))
    hand.press(hand.page.get_by_role("button", name=name))
    assert [one["html"] for one in blocks(hand.page) if one["type"] == "text"] == [WORDS] * 2


@at_most(2)
def write_html(hand: Hand) -> None:
    hand.press(palette(hand.page, "HTML"))
    hand.type("<table></table>")
    assert blocks(hand.page)[-1]["source"] == "<table></table>"


@at_most(2)
def look_at_it_on_a_phone(hand: Hand) -> None:
    hand.press(hand.page.locator("main").get_by_role("link", name="Preview"))
    hand.press(hand.page.get_by_role("link", name="Phone"))
    mail = hand.page.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text("Good news")).to_be_visible()


@at_most(4)
def bring_an_old_version_back(hand: Hand) -> None:
    hand.press(hand.page.get_by_role("button", name="More"))
    hand.press(hand.page.get_by_role("link", name="Versions"))
    hand.press(hand.page.locator("main tbody a").last)
    hand.press(hand.page.get_by_role("button", name="Bring it back"))
    hand.page.wait_for_url("**/edit/")


def style(page: Page) -> dict[str, str]:
    found: dict[str, str] = json.loads(writing.body(page))["style"]
    return found


def test_they_are_twenty_and_three():
    assert len(TASKS) == 23


@pytest.mark.parametrize(("steps", "task"), TASKS, ids=[task.__name__ for _steps, task in TASKS])
def test_it_takes_few_steps(hand: Hand, steps: int, task: Task):
    if "/preview/" in hand.page.url:
        hand.page.goto(f"{hand.page.url.partition('/preview/')[0]}/edit/")
    # What the task before this one changed is saved first.
    assert hand.page.evaluate("candidWriting.saved()")
    writing.load(hand.page, json.dumps(BEGIN))
    hand.steps = 0
    task(hand)
    assert hand.steps <= steps
