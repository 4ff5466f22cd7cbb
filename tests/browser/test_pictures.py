"""A picture on its way: out of a file, into the library, into a text, into a mailbox."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.mailbox import mail_in
from tests.composing.pictures import photos

TO = "tester@example.org"
LOADED = "image => image.complete && image.naturalWidth > 0"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    names = ["web", "inbox", "worker"]
    folder = tmp_path_factory.mktemp("pictures")
    with stacks.running(folder, names=names, prepare=["demo"]) as stack:
        yield stack


def test_a_picture_goes_from_a_file_into_a_mail(chromium: Browser, house: stacks.Stack):
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)
        upload(page, house.address)
        write(page, house.address)
        send_test(page)
        image = in_the_mailbox(page, house.address)
        assert (image.get_attribute("width"), image.get_attribute("height")) == ("600", "300")
        write_blocks(page, house.address)
        send_test(page)
        image = in_the_mailbox(page, house.address)
        assert image.get_attribute("width") == "536"
        expect(mail_in(page).get_by_text("Words beside boats")).to_be_visible()
        expect(mail_in(page).get_by_role("link", name="Unsubscribe")).to_be_visible()


def in_the_mailbox(page: Page, address: str) -> Locator:
    """Return the picture in the newest mail, loaded."""
    page.goto(f"{address}/inbox/?q={TO}")
    page.locator("main tbody a").first.click()
    image = mail_in(page).get_by_alt_text("A boat at dawn")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate(LOADED)
    return image


def upload(page: Page, address: str) -> None:
    page.goto(f"{address}/pictures/")
    expect(page.get_by_text("No pictures yet")).to_be_visible()
    page.locator("[data-picture-file]").set_input_files(
        [
            FilePayload(name="boat.png", mimeType="image/png", buffer=photos.photo(1400, 700)),
            FilePayload(name="logo.svg", mimeType="image/svg+xml", buffer=b"<svg/>"),
        ]
    )
    expect(page.get_by_text("logo.svg: SVG files can hold programs")).to_be_visible()
    thumbnail = page.locator(".pictures img")
    expect(thumbnail).to_have_count(1)
    thumbnail.scroll_into_view_if_needed()
    expect(thumbnail).to_have_js_property("complete", True)
    assert thumbnail.evaluate(LOADED)


def begin(page: Page, address: str, subject: str) -> None:
    page.goto(f"{address}/campaigns/new/")
    page.get_by_label("Name").fill(subject)
    page.get_by_role("button", name="Start writing").click()
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("From", exact=True).select_option(index=1)
    page.locator("[name=lists]").first.check()


def write_blocks(page: Page, address: str) -> None:
    """Choose the same picture for a block, and put words below it."""
    begin(page, address, "Blocks with boats")
    page.locator("[name=format][value=blocks]").check()
    blocks = page.locator(".blocks")
    blocks.locator("[data-add=image]").click()
    blocks.get_by_role("button", name="Choose a picture").click()
    dialog = page.get_by_role("dialog", name="Insert picture")
    dialog.get_by_role("button", name="boat").click()
    dialog.get_by_label("What does it show?").fill("A boat at dawn")
    dialog.get_by_role("button", name="Insert", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(blocks.get_by_alt_text("A boat at dawn")).to_be_visible()
    blocks.locator("[data-add=text]").click()
    blocks.get_by_role("textbox", name="Write here …").last.click()
    page.keyboard.type("Words beside boats")
    page.get_by_role("button", name="Continue").first.click()
    page.wait_for_url(re.compile("/preview/"))


def write(page: Page, address: str) -> None:
    begin(page, address, "Boats")
    page.get_by_label("Body", exact=True).fill("Look:")
    page.get_by_role("button", name="Insert picture").click()
    dialog = page.get_by_role("dialog", name="Insert picture")
    dialog.get_by_role("button", name="boat").click()
    dialog.get_by_role("button", name="Insert", exact=True).click()
    expect(dialog).to_contain_text("Say what the picture shows")
    dialog.get_by_label("What does it show?").fill("A boat at dawn")
    dialog.get_by_role("button", name="Insert", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Body", exact=True)).to_have_value(
        re.compile(r"Look:\n\n!\[A boat at dawn\]\(\S+/1x/boat-600x300\.png\)")
    )
    page.get_by_role("button", name="Continue").first.click()
    page.wait_for_url(re.compile("/preview/"))


def send_test(page: Page) -> None:
    page.get_by_role("link", name="Test and send").first.click()
    page.get_by_label("Send the test to").fill(TO)
    page.get_by_role("button", name="Send the test").click()
    expect(page.get_by_text(f"The test is on its way to {TO}")).to_be_visible()
