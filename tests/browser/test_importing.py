"""Lines and files of people come in by a real browser; a bad file costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.audience import exports
from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.evidence import expect_figure
from tests.browser.looking import look

pytestmark = pytest.mark.usefixtures("patient")
# Of a machine that does ten things at once.
PATIENCE = 90_000
SCREENS = [(1440, "light"), (360, "dark")]


@pytest.fixture(params=SCREENS, ids=lambda screen: f"{screen[0]}-{screen[1]}")
def page(
    request: pytest.FixtureRequest, chromium: Browser, working_house: stacks.Stack
) -> Iterator[Page]:
    width, theme = request.param
    viewport = {"width": width, "height": 900}
    with reader(chromium, viewport=viewport, color_scheme=theme) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        pages.sign_in(page, working_house.address)
        yield page


def test_pasted_lines_and_the_export_of_another_product(page: Page, working_house: stacks.Stack):
    width = page.viewport_size["width"] if page.viewport_size else 0
    club = new_list(page, working_house.address, f"Pasted {width}")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("Pasted lines").fill(f"bob@example.com\nann.{width}@example.com\n")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("The first line names the columns")).not_to_be_checked()
    page.get_by_label("They asked for it").check()
    page.get_by_role("button", name="Import at once").click()
    expect_figure(page, "New on the list", 2)

    page.goto(club)
    upload(page, exports.MAILCHIMP_UNSUBSCRIBED, name="unsubscribed_members_export.csv")
    everybody = page.get_by_label("All people of this file")
    expect(everybody).to_have_value("unsubscribed")
    expect(choice(page, "OPTIN_IP")).to_have_value("")
    expect(choice(page, "CC")).to_have_value("country")
    look(page, f"import-mailchimp-{width}")
    page.get_by_label("They asked for it").check()
    page.get_by_role("button", name="Import at once").click()
    expect(page.get_by_text("1 person left before, says the file")).to_be_visible()
    page.goto(club)
    expect(page.get_by_text("1 person subscribed, 1 left.")).to_be_visible()


@pytest.mark.parametrize("page", SCREENS[:1], indirect=True, ids=["1440-light"])
def test_a_bad_file_is_refused_in_words_and_what_was_pasted_stays(
    page: Page, working_house: stacks.Stack
):
    new_list(page, working_house.address, "Bad")
    page.get_by_role("link", name="Import a file").first.click()
    page.get_by_label("Pasted lines").fill("ann@example.com")
    give(page, b"\x89PNG\r\n\x1a\n" + bytes(200), "members.csv")
    page.get_by_role("button", name="Upload").click()
    field = page.get_by_label("File", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("not a CSV file").first).to_be_visible()
    expect(page.get_by_label("Pasted lines")).to_have_value("ann@example.com")
    look(page, "import-bad")


def new_list(page: Page, address: str, name: str) -> str:
    page.goto(f"{address}/lists/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    return page.url


def give(page: Page, content: bytes, name: str) -> None:
    file = FilePayload(name=name, mimeType="text/csv", buffer=content)
    page.get_by_label("File", exact=True).set_input_files(file)


def upload(page: Page, content: bytes, *, name: str) -> None:
    """Give a file to the list that is open, and come to its columns."""
    page.get_by_role("link", name="Import a file").first.click()
    give(page, content, name)
    page.get_by_role("button", name="Upload").click()


def choice(page: Page, column: str) -> Locator:
    """Return the choice of what this column of the file becomes."""
    return page.get_by_role("combobox", name=column, exact=True)
