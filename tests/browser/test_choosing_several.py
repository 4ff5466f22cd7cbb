"""Several of many are chosen by keyboard: nothing chosen before is lost on the way."""

from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.test_pages import AXE, RUN_AXE


def test_boxes_are_ticked_searched_and_left_by_keyboard(
    chromium: Browser, demo_house: stacks.Stack
):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/segments/new/")
        page.locator("#w-0").select_option("country")
        several = page.get_by_role("group", name="Which")
        said, search = several.locator("summary"), several.get_by_role("searchbox")
        boxes = several.get_by_role("checkbox")
        expect(said).to_have_text("Which: Choose …")

        # An arrow moves on, and what is ticked stays ticked.
        said.focus()
        keys(page, "ArrowDown", "Space", "ArrowDown", "ArrowDown", "Space")
        first, third = boxes.nth(0), boxes.nth(2)
        expect(third).to_be_focused()
        names = [one.locator("..").inner_text() for one in (first, third)]
        expect(said).to_have_text(f"Which: 2 chosen: {', '.join(names)}")

        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE, "an open list") == []

        # Letters search, wherever among the boxes they are typed; accents need not be.
        page.keyboard.type("cote")
        expect(search).to_be_focused()
        expect(boxes).to_have_count(1)
        expect(several.get_by_role("status")).to_contain_text("1 of ")
        keys(page, "Enter", "Space")
        expect(several.get_by_label("Côte d’Ivoire")).to_be_checked()
        expect(said).to_contain_text("3 chosen")
        expect(page.locator("#look .segment-sentence")).to_contain_text("Côte d’Ivoire")
        keys(page, "ArrowUp", "ControlOrMeta+a")
        page.keyboard.type("nowhere")
        expect(several.get_by_role("status")).to_have_text("Nothing is called that.")
        keys(page, "Enter")
        expect(search).to_be_focused()

        # Escape goes back to where it began; so does a letter go in, and Tab out.
        keys(page, "Escape")
        expect(said).to_be_focused()
        expect(search).to_be_hidden()
        page.keyboard.type("p")
        expect(search).to_have_value("p")
        keys(page, "Shift+Tab", "Shift+Tab")
        expect(page.locator("#h-0")).to_be_focused()
        expect(search).to_be_hidden()


def keys(page: Page, *names: str) -> None:
    """Press keys, one after the other."""
    for name in names:
        page.keyboard.press(name)
