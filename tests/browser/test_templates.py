"""A mail on its way: from one of our templates, through the editor, into a mailbox."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.mailbox import mail_in
from tests.browser.test_pictures import LOADED, TO, send_test


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    names = ["web", "inbox", "worker"]
    folder = tmp_path_factory.mktemp("templates")
    with stacks.running(folder, names=names, prepare=["demo"]) as stack:
        yield stack


def test_a_mail_goes_from_a_template_in_the_brand_into_a_mailbox(
    chromium: Browser, house: stacks.Stack
):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)

        page.goto(f"{house.address}/brand/")
        page.locator("[name=accent]").fill("#aa1133")
        frame = page.frame_locator(".brand-frame")
        button = frame.get_by_role("link", name="A button")
        expect(button).to_have_css("background-color", "rgb(170, 17, 51)")
        page.locator("[name=ink]").fill("#dddddd")
        expect(page.locator("#brand-preview")).to_contain_text("Words on the sheet")
        page.locator("[name=ink]").fill("#222222")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Mails that are made from now on")).to_be_visible()

        page.goto(f"{house.address}/campaigns/new/")
        page.get_by_label("Name", exact=True).fill("From a template")
        page.get_by_role("radio", name="Welcome").check()
        page.get_by_role("button", name="Start writing").click()
        canvas = page.locator(".blocks-canvas")
        expect(canvas.get_by_alt_text("An open door")).to_have_js_property("complete", True)
        assert canvas.get_by_alt_text("An open door").evaluate(LOADED)
        words = canvas.get_by_text("Welcome, come on in")
        words.click()
        page.keyboard.press("End")
        page.keyboard.type(" my friend")

        # A block is kept, and put in again.
        canvas.locator(".block.is-chosen [data-keep]").click()
        dialog = page.get_by_role("dialog", name="Keep this block")
        dialog.get_by_label("Name").fill("Welcome words")
        dialog.get_by_role("button", name="Keep").click()
        expect(dialog).to_be_hidden()
        page.locator(".blocks-palette").get_by_role("button", name="Kept").click()
        page.get_by_role("button", name="Welcome words").click()
        expect(canvas.get_by_text("come on in my friend")).to_have_count(2)
        page.locator("[data-history=undo]").click()
        expect(canvas.get_by_text("come on in my friend")).to_have_count(1)

        page.get_by_label("From", exact=True).select_option(index=1)
        page.locator("[name=lists]").first.check()
        page.get_by_role("button", name="Continue").first.click()
        page.wait_for_url(re.compile("/(preview|check|proof)"))
        send_test(page)
        page.goto(f"{house.address}/inbox/?q={TO}")
        page.locator("main tbody a").first.click()
        mail = mail_in(page)
        expect(mail.get_by_text("come on in my friend")).to_be_visible()
        image = mail.get_by_alt_text("An open door with warm light behind it")
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate(LOADED)
        begin = mail.get_by_role("link", name="Begin")
        expect(begin).to_have_css("background-color", "rgb(170, 17, 51)")
