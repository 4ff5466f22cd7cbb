"""The block editor, driven as a marketer does."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.writing import add, block, blocks, drag, handle, kinds, move, write

EMPTY = {"type": "text", "html": "", "align": "left", "size": "", "band": "", "lock": ""}
TABLET = {"width": 768, "height": 1024}


@pytest.fixture(scope="module")
def member(chromium: Browser, demo_house: stacks.Stack) -> Iterator[BrowserContext]:
    """Give the browser of a member, at the width of a tablet."""
    with reader(chromium, viewport=TABLET) as context:
        pages.sign_in(context.new_page(), demo_house.address)
        yield context


@pytest.fixture
def page(member: BrowserContext, demo_house: stacks.Stack) -> Iterator[Page]:
    """Give a new campaign, open in the block editor."""
    page = member.new_page()
    writing.begin(page, demo_house.address)
    yield page
    page.close(run_before_unload=False)


def saved_and_opened_again(page: Page) -> None:
    writing.save(page)
    before = writing.body(page)
    page.reload()
    assert writing.body(page) == before


def test_a_mail_is_written_saved_and_shown(page: Page):
    write(page, "Good news, ")
    page.get_by_role("button", name="Personal").click()
    page.locator("[data-insert*='friend']").click()
    button = add(page, "Button")
    button.get_by_label("Words on it").fill("See the offer")
    button.get_by_label("Leads to").fill("example.com/offer")
    picture = add(page, "Picture")
    picture.get_by_label("Or its address").fill("https://example.com/a.png")
    picture.get_by_label("What it shows").fill("A tulip")
    assert kinds(page) == ["text", "button", "image"]
    saved_and_opened_again(page)
    greeting = '{{ contact.first_name | default: "friend" }}'
    expect(page.locator(".block-text")).to_contain_text(greeting)

    page.goto(page.url.replace("/edit/", "/preview/"))
    mail = page.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text("Good news, friend")).to_be_visible()
    link = mail.get_by_role("link", name="See the offer")
    expect(link).to_have_attribute("href", "https://example.com/offer")


def test_every_kind_of_block_is_added_and_kept(page: Page):
    add(page, "Space").get_by_label("Height in pixels").fill("40")
    add(page, "Divider")
    add(page, "Social").get_by_label("GitHub").fill("github.com/acme")
    add(page, "HTML").locator("textarea").fill("<table><tr><td>Own</td></tr></table>")
    saved_and_opened_again(page)
    plain = {"band": "", "lock": ""}
    github = {"name": "GitHub", "href": "https://github.com/acme"}
    assert blocks(page)[1:] == [
        {"type": "spacer", "height": 40, **plain},
        {"type": "divider", **plain},
        {"type": "social", "align": "center", "brand": False, **plain, "links": [github]},
        {"type": "html", "source": "<table><tr><td>Own</td></tr></table>", **plain},
    ]


def test_blocks_move_by_button_and_key(page: Page):
    add(page, "Divider")
    spacer = add(page, "Space")
    move(spacer, "up")
    assert kinds(page) == ["text", "spacer", "divider"]
    page.keyboard.press("Alt+ArrowDown")
    assert kinds(page) == ["text", "divider", "spacer"]
    expect(page.get_by_text("Block 3 of 3")).to_be_attached()


def test_handles_show_where_the_pointer_is_and_drag_blocks(page: Page):
    add(page, "Divider")
    add(page, "Button")
    divider = block(page, "divider")
    expect(handle(divider)).to_have_css("opacity", "0")
    divider.hover()
    expect(handle(divider)).to_have_css("opacity", "1")
    first = page.locator(".blocks-canvas > .sortable-ghost:first-child")
    drag(page, handle(divider), block(page, "text"), lands=first)
    assert kinds(page) == ["divider", "text", "button"]
    expect(page.locator(".is-dragging")).to_have_count(0)


def test_choosing_a_block_leaves_it_under_the_pointer(page: Page):
    for _number in range(6):
        add(page, "Button")
    first, last = block(page, "button").nth(0), block(page, "button").nth(4)
    first.click()
    last.locator(".block-button").scroll_into_view_if_needed()
    before = last.locator(".block-button").bounding_box()
    last.locator(".block-button").click()
    after = last.locator(".block-button").bounding_box()
    assert before and after
    assert abs(before["y"] - after["y"]) < 2


def test_a_block_is_dragged_from_the_palette(page: Page):
    write(page, "Words")
    anywhere = page.locator(".blocks-canvas .sortable-ghost")
    drag(page, page.locator("[data-add=divider]"), block(page, "text"), lands=anywhere)
    assert sorted(kinds(page)) == ["divider", "text"]
    expect(page.locator("[data-add=divider]")).to_have_count(1)


def test_blocks_go_between_columns_by_drag_and_by_key(page: Page):
    columns = add(page, "Columns")
    add(page, "Divider")
    columns = block(page, "columns")
    columns.focus()
    columns.get_by_role("combobox", name="Columns").select_option("3")
    lists = columns.locator(".blocks-list")
    second = lists.nth(1)
    ghost = second.locator(".sortable-ghost")
    drag(page, handle(block(page, "divider")), second, lands=ghost)
    assert [len(column) for column in blocks(page)[1]["columns"]] == [0, 1, 0]
    block(page, "divider").focus()
    page.keyboard.press("Alt+ArrowRight")
    assert [len(column) for column in blocks(page)[1]["columns"]] == [0, 0, 1]
    page.keyboard.press("Alt+ArrowUp")
    assert kinds(page) == ["text", "divider", "columns"]
    expect(block(page, "divider")).to_be_focused()
    page.keyboard.press("Alt+ArrowRight")
    saved_and_opened_again(page)
    assert [len(column) for column in blocks(page)[1]["columns"]] == [1, 0, 0]


def test_fewer_columns_lose_no_block(page: Page):
    columns = add(page, "Columns")
    columns.get_by_role("combobox", name="Columns").select_option("3")
    block(page, "columns").locator(".blocks-list").nth(2).click()
    add(page, "Divider")
    for _step in range(2):
        block(page, "divider").focus()
        page.keyboard.press("Alt+ArrowRight")
    block(page, "columns").focus()
    block(page, "columns").get_by_role("combobox", name="Columns").select_option("2")
    assert [len(column) for column in blocks(page)[1]["columns"]] == [0, 1]


def test_a_condition_says_who_sees_what_is_in_it(page: Page):
    condition = add(page, "Condition")
    condition.get_by_label("Who sees it").select_option("is")
    condition.locator("[data-key=field]").select_option("country")
    condition.get_by_label("This", exact=True).fill("NL")
    add(page, "Button").get_by_label("Words on it").fill("Voor jou")
    found = blocks(page)[1]
    assert (found["field"], found["test"], found["value"]) == ("country", "is", "NL")
    assert [inner["label"] for inner in found["blocks"]] == ["Voor jou"]
    face = block(page, "condition").locator(":scope > .block-face")
    expect(face).to_have_attribute("data-who", "Only for people whose Country is exactly “NL”")


def test_a_condition_can_be_for_the_people_of_a_segment(page: Page, demo_house: stacks.Stack):
    name = "Neighbours"
    writing.make_segment(page, demo_house.address, name)
    writing.begin(page, demo_house.address)
    condition = add(page, "Condition")
    condition.get_by_label("Who sees it").select_option("out")
    expect(condition.locator("[data-key=field]")).to_be_hidden()
    segments = condition.locator("[data-key=segment]")
    segments.select_option(label=name)
    key = segments.input_value()
    add(page, "Button").get_by_label("Words on it").fill("Join us")
    found = blocks(page)[1]
    assert (found["test"], found["segment"]) == ("out", key)
    face = block(page, "condition").locator(":scope > .block-face")
    expect(face).to_have_attribute("data-who", f"Only for people not in “{name}”")
    saved_and_opened_again(page)
    page.goto(page.url.replace("/edit/", "/preview/"))
    mail = page.frame_locator("iframe[title='The mail']")
    expect(mail.get_by_text("Join us")).to_be_visible()


def test_blocks_are_copied_deleted_and_brought_back(page: Page):
    write(page, "Words")
    move(block(page, "text"), "copy")
    assert [one["html"] for one in blocks(page)] == ["<p>Words</p>"] * 2
    move(block(page, "text").nth(1), "delete")
    expect(block(page, "text")).to_be_focused()
    page.keyboard.press("Delete")
    assert kinds(page) == []
    expect(page.locator(".blocks-canvas")).to_have_css("display", "grid")
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="Undo").click()
    assert len(blocks(page)) == 2


def test_every_step_is_undone_and_done_again(page: Page):
    write(page, "Words")
    move(add(page, "Divider"), "delete")
    assert kinds(page) == ["text"]
    page.keyboard.press("Control+z")
    assert kinds(page) == ["text", "divider"]
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    assert blocks(page) == [EMPTY]
    for _step in range(3):
        page.get_by_role("button", name="Redo").click()
    assert blocks(page) == [EMPTY | {"html": "<p>Words</p>"}]


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
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("one")
    page.get_by_role("button", name="List", exact=True).click()
    (found,) = blocks(page)
    assert found["html"].startswith("<h1>Title</h1><p><strong>bold</strong>")
    assert '<a href="https://example.com/more">read</a>' in found["html"]
    assert found["html"].endswith("<ul><li>one</li></ul>")
    saved_and_opened_again(page)


def test_a_link_is_given_up_by_escape_and_removed(page: Page):
    write(page, "read")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator(".block-link")).to_be_hidden()
    page.keyboard.press("Control+k")
    page.get_by_label("Where the link leads").fill("example.com")
    page.get_by_role("button", name="Set the link").click()
    assert blocks(page)[0]["html"] == '<p><a href="https://example.com">read</a></p>'
    page.keyboard.press("Control+k")
    page.get_by_role("button", name="Remove it").click()
    assert blocks(page)[0]["html"] == "<p>read</p>"


def test_keys_alone_lead_through_the_blocks(page: Page):
    add(page, "Divider")
    page.keyboard.press("ArrowUp")
    expect(block(page, "text")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Words")
    page.keyboard.press("Escape")
    expect(block(page, "text")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(block(page, "divider")).to_be_focused()
    page.keyboard.press("Delete")
    assert blocks(page) == [EMPTY | {"html": "<p>Words</p>"}]


def test_colours_and_font_are_those_of_the_mail(page: Page):
    page.get_by_text("Colours and font").click()
    page.get_by_label("Buttons and bands").fill("#aa0000")
    page.locator("[data-style] [data-key=font]").select_option("serif")
    add(page, "Button")
    expect(page.locator(".block-button")).to_have_css("background-color", "rgb(170, 0, 0)")
    expect(page.locator(".block-button")).to_have_css(
        "font-family", 'Georgia, "Times New Roman", Times, serif'
    )
    saved_and_opened_again(page)
