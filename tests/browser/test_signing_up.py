"""A recipient's whole way in a real Chromium: form, confirm, preferences, data page, erase."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("patient")
# Of a machine that does ten things at once.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def form(chromium: Browser, working_house: stacks.Stack) -> str:
    """The address of an open form, which a member has made."""
    with reader(chromium) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        pages.sign_in(page, working_house.address)
        page.goto(f"{working_house.address}/lists/")
        page.locator("main tbody a").first.click()
        page.get_by_role("link", name="Sign-up form").click()
        page.get_by_label("Open: people can sign up").check()
        page.get_by_label("Ask for first and last name").check()
        page.get_by_label("Ask whether opens").check()
        page.get_by_role("button", name="Save").click()
        return page.get_by_label("Its own page").input_value()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-javascript", "without"])
def test_from_the_form_to_nothing(
    chromium: Browser, working_house: stacks.Stack, form: str, scripts: bool, tmp_path: Path
):
    mailbox = Mailbox(working_house, f"ida-{scripts}@example.com".lower())
    with reader(chromium, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        sign_up(page, form, mailbox, scripts=scripts)
        confirm(page, working_house, mailbox)
        choose(page)
        see_everything(page, working_house, mailbox, tmp_path)
        be_erased(page, working_house, mailbox)
        assert context.cookies() == []


def sign_up(page: Page, form: str, mailbox: Mailbox, *, scripts: bool) -> None:
    page.goto(form)
    page.get_by_label("E-mail address").fill(mailbox.address)
    page.get_by_label("First name").fill("Ida")
    if scripts:
        page.locator("form[data-proven=yes]").wait_for()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()


def confirm(page: Page, house: stacks.Stack, mailbox: Mailbox) -> None:
    page.goto(house.address + mailbox.link("confirm"))
    page.get_by_role("button", name="Yes, I want it").click()
    expect(page.get_by_role("heading", name="You are on the list")).to_be_visible()
    page.get_by_role("link", name="Choose what you get").click()


def choose(page: Page) -> None:
    page.get_by_role("button", name="Not for 30 days").click()
    expect(page.get_by_text("You stay on your lists")).to_be_visible()
    page.get_by_role("button", name="End the pause").click()
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Use this language").click()
    expect(page.get_by_role("heading", name="Ihre Einstellungen")).to_be_visible()
    page.get_by_label("Sprache").select_option("en")
    page.get_by_role("button", name="Diese Sprache verwenden").click()
    page.get_by_role("link", name="See everything that is kept").click()


def see_everything(page: Page, house: stacks.Stack, mailbox: Mailbox, folder: Path) -> None:
    expect(page.get_by_text(mailbox.address)).to_have_count(0)
    page.get_by_role("button", name="Mail me the link").click()
    page.goto(house.address + mailbox.link("kept"))
    expect(page.get_by_text(mailbox.address).first).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Take it away").click()
    started.value.save_as(folder / "mine.json")
    told = json.loads((folder / "mine.json").read_text())
    assert told["profile"][0]["email"] == mailbox.address
    [answer] = told["answers"]
    assert (answer["purpose"], answer["state"], answer["source"]) == ("mail", "granted", "form")


def be_erased(page: Page, house: stacks.Stack, mailbox: Mailbox) -> None:
    page.get_by_role("link", name="Erase me").click()
    expect(page.get_by_text("cannot be turned back")).to_be_visible()
    page.get_by_role("button", name="Erase me").click()
    expect(page.get_by_role("heading", name="You are erased")).to_be_visible()
    for table in ("audience_contact", "audience_signup", "sending_inboxmail"):
        sql = f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0"
        assert house.query(sql, mailbox.address) == [(0,)]
