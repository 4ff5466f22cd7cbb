"""A segment is built by keyboard in a real browser, counted while it is built, and saved."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.looking import look
from tests.browser.test_pages import AXE, RUN_AXE

# Presses of Tab; no page has more stops.
STOPS = 120
# The choice that has the keyboard, and the value that is wanted: how far down it is.
STEPS = """wanted => {
  const chosen = document.activeElement;
  return [...chosen.options].findIndex(one => one.value === wanted) - chosen.selectedIndex;
}"""
NAME_OF = """one => one.getAttribute("aria-label")
  ?? one.querySelector("legend").textContent.trim()"""
# Of a machine that does ten things at once.
PATIENCE = 60_000
CHOOSE_AND_PRESS = """() => {
  const what = document.getElementById("w-0");
  what.value = "country";
  what.dispatchEvent(new Event("change", { bubbles: true }));
  document.querySelector("button[value='group:']").click();
}"""
HAS_KEYBOARD = "css => Boolean(document.activeElement?.matches(css))"


def build(page: Page, address: str) -> None:
    """Ask for people in two countries who opened any of the last three campaigns, or did not."""
    page.goto(f"{address}/segments/new/")
    page.get_by_label("Name", exact=True).fill("Readers nearby")
    page.locator("#w-0").select_option("country")
    page.locator("#h-0").wait_for()
    # By clicks alone; one too many is taken away by another.
    countries = page.locator("#v-0-values")
    countries.locator("summary").click()
    for country in ("NL", "BE", "DE", "BE"):
        countries.locator(f"[value={country}]").click()
    expect(countries.locator("summary")).to_contain_text("2 chosen: Germany, Netherlands")
    look(page, f"segment-choose-{page.evaluate('innerWidth')}")
    # Pressing anything else closes the list, which lies over the page.
    page.get_by_label("Name", exact=True).click()
    expect(countries.locator("[value=NL]")).to_be_hidden()
    expect(page.locator("#look")).to_contain_text("whose country is Germany or Netherlands")
    page.get_by_role("button", name="Group").first.focus()
    page.keyboard.press("Enter")
    second = page.locator("#w-1-0")
    expect(second).to_be_focused()
    second.select_option("opened")
    page.locator("#h-1-0").select_option("last")
    page.locator("#v-1-0-last").fill("3")
    expect(page.locator("#look")).to_contain_text("opened any of the last 3 campaigns")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_a_segment_is_built_counted_and_saved(
    chromium: Browser, demo_house: stacks.Stack, width: int, theme: str
):
    viewport = {"width": width, "height": 900}
    with reader(chromium, viewport=viewport, color_scheme=theme) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        build(page, demo_house.address)
        expect(page.locator("#look .segment-number strong")).to_have_text(re.compile(r"[1-9]"))
        look(page, f"segment-build-{width}-{theme}")
        page.get_by_role("button", name="Remove this condition").last.click()
        undo = page.get_by_role("button", name="Undo")
        expect(undo).to_be_focused()
        undo.press("Enter")
        expect(page.locator("#v-1-0-last")).to_have_value("3")
        page.get_by_label("Name", exact=True).fill(f"Readers nearby {width} {theme}")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The segment is saved.")).to_be_visible()
        expect(page.locator("h1")).to_have_text(f"Readers nearby {width} {theme}")
        look(page, f"segment-one-{width}-{theme}")


def test_a_button_that_is_pressed_right_after_a_choice_is_heard(
    chromium: Browser, demo_house: stacks.Stack
):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/segments/new/")

        def answer_slowly(route: Route) -> None:
            # Longer than a choice waits before it asks for itself.
            page.wait_for_timeout(400)
            route.continue_()

        page.route("**/segments/new/", answer_slowly)
        page.evaluate(CHOOSE_AND_PRESS)
        expect(page.locator("#w-1-0")).to_be_focused()
        expect(page.locator("#w-0")).to_have_value("country")
        expect(page.locator("#v-0-values summary")).to_be_visible()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (360, "dark")])
def test_the_keyboard_alone_goes_from_nothing_to_a_saved_segment(
    chromium: Browser, demo_house: stacks.Stack, width: int, theme: str
):
    viewport = {"width": width, "height": 900}
    with reader(chromium, viewport=viewport, color_scheme=theme) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.goto(f"{demo_house.address}/segments/new/")
        tab_to(page, "#id_name")
        page.keyboard.type(f"By keyboard {width}")

        # Everybody on a list …
        choose(page, "#w-0", "list")
        page.locator("#h-0").wait_for()
        expect(page.locator("#w-0")).to_be_focused()
        choose(page, "#h-0", "on_any")
        everybody = number(page)

        # … who are in one of two countries, …
        press(page, "button[value='group:']")
        choose(page, "#m-1", "any")
        expect(page.get_by_role("group", name="Group 2", exact=True)).to_be_visible()
        for place, country in (("1-0", "Netherlands"), ("1-1", "Germany")):
            if place != "1-0":
                press(page, "button[value='add:1']")
            choose(page, f"#w-{place}", "country")
            tick(page, f"#v-{place}-values", country)
        expect(page.locator("#look")).to_contain_text("Germany")
        near = number(page, below=everybody)

        # … but nobody who may not be mailed.
        press(page, "button[value='group:']")
        choose(page, "#m-2", "none")
        choose(page, "#w-2-0", "mailed")
        choose(page, "#h-2-0", "no")
        expect(page.locator("#look")).to_contain_text("must not be mailed")
        number(page, below=near + 1)

        page.evaluate(AXE)
        assert page.evaluate(RUN_AXE, theme) == []
        names = page.get_by_role("group", name=re.compile(r"^(Group|Condition) [\d.]+$"))
        told = [one.evaluate(NAME_OF) for one in names.all()]
        assert told == [
            "Condition 1",
            *("Group 2", "Condition 2.1", "Condition 2.2"),
            *("Group 3", "Condition 3.1"),
        ]
        look(page, f"segment-keyboard-{width}-{theme}")
        press(page, "button[name=save]")
        expect(page.get_by_text("The segment is saved.")).to_be_visible()
        expect(page.locator("h1")).to_have_text(f"By keyboard {width}")
        aim(page, demo_house.address, f"By keyboard {width}")


def aim(page: Page, address: str, name: str) -> None:
    """Begin a campaign by keyboard that is only for the people of a segment."""
    page.goto(f"{address}/campaigns/new/")
    tab_to(page, "#id_name")
    page.keyboard.type(f"For {name}")
    page.keyboard.press("Enter")
    tab_to(page, "#id_segments summary")
    page.keyboard.press("Enter")
    choice = page.locator("#id_segments fieldset").first.get_by_label(name, exact=True)
    tab_to(page, f"#{choice.get_attribute('id')}")
    kept = page.locator("#save-state").get_attribute("data-version")
    page.keyboard.press("Space")
    expect(page.locator(f"#save-state:not([data-version='{kept}'])")).to_contain_text("Saved")
    page.reload()
    expect(choice).to_be_checked()


def tab_to(page: Page, css: str) -> None:
    """Press Tab until this has the keyboard."""
    page.locator(css).first.wait_for()
    for _press in range(STOPS):
        if page.evaluate(HAS_KEYBOARD, css):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {css}")


def press(page: Page, css: str) -> None:
    """Press a button; another part of the page takes its place."""
    tab_to(page, css)
    page.keyboard.press("Enter")


def choose(page: Page, css: str, wanted: str) -> None:
    """Choose a value with the arrows; what else it brings may appear meanwhile."""
    tab_to(page, css)
    while steps := page.evaluate(STEPS, wanted):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        tab_to(page, css)


def tick(page: Page, css: str, name: str) -> None:
    """Open a list of boxes, search it by typing, and tick one; the list is closed after that."""
    tab_to(page, f"{css} summary")
    page.keyboard.press("Enter")
    page.keyboard.type(name[:5].lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name=name, exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    expect(page.locator(f"{css} summary")).to_be_focused()
    expect(page.locator(f"{css} summary")).to_contain_text(f"1 chosen: {name}")


def number(page: Page, *, below: int = 0) -> int:
    """Return how many people that is, once it is fewer than that."""
    told = page.locator("#look .segment-number strong")
    found = ""

    def counted() -> bool:
        nonlocal found
        found = told.inner_text()
        return not below or int(re.sub(r"\D", "", found)) < below

    stacks.until(counted, "people are counted")
    return int(re.sub(r"\D", "", found))


def test_without_script_it_is_built_all_the_same(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{demo_house.address}/sign-in/")
        pages.fill_in(page)
        page.goto(f"{demo_house.address}/segments/new/")
        page.get_by_label("Name", exact=True).fill("Without script")
        page.locator("#w-0").select_option("list")
        page.get_by_role("button", name="Show the choices and count").click()
        page.locator("#h-0").select_option("on_any")
        page.locator("button[value='add:']").click()
        page.locator("#w-1").select_option("country")
        page.get_by_role("button", name="Show the choices and count").click()
        page.locator("#v-1-values summary").click()
        for country in ("Chile", "Germany"):
            page.get_by_label(country, exact=True).check()
        page.get_by_role("button", name="Show the choices and count").click()
        expect(page.locator("#v-1-values summary")).to_contain_text("2 chosen: Chile, Germany")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("h1")).to_have_text("Without script")
