"""An owner takes a workspace along in a ZIP, and restores it into a new one, pictures and all."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.composing.pictures import photos

NEW_WORKSPACE = """
from campaigns.accounts.models import Member, Workspace
me = Member.objects.get()
made = Workspace.objects.create(name="New house", postal_address="2 Main Street")
Member.objects.create(workspace=made, user=me.user, role="owner")
print(made.pk)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    folder = tmp_path_factory.mktemp("archives")
    with stacks.running(folder, names=["web", "worker"], prepare=["demo"]) as stack:
        yield stack


def test_a_workspace_moves_with_its_pictures(
    chromium: Browser, house: stacks.Stack, tmp_path: Path
):
    new = house.manage("shell", "-v0", "-c", NEW_WORKSPACE).strip()
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)
        bring_a_picture(page, house.address)
        path = take_along(page, house.address, tmp_path)
        with zipfile.ZipFile(path) as archive:
            assert any(name.startswith("pictures/") for name in archive.namelist())
        move_to(page, house.address, new)
        restore(page, house.address, path)
        look_around(page, house.address)


def test_what_is_no_archive_is_said_at_once(chromium: Browser, house: stacks.Stack, tmp_path: Path):
    path = tmp_path / "photo.zip"
    path.write_bytes(b"PK\x03\x04 nonsense")
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)
        page.goto(f"{house.address}/settings/restore/")
        page.get_by_label("Archive", exact=True).set_input_files(path)
        page.get_by_role("button", name="Restore it here").click()
        expect(page.get_by_text("This is no whole ZIP file").first).to_be_visible()


def bring_a_picture(page: Page, address: str) -> None:
    page.goto(f"{address}/pictures/")
    page.locator("[data-picture-file]").set_input_files(
        [FilePayload(name="boat.png", mimeType="image/png", buffer=photos.photo(1400, 700))]
    )
    expect(page.locator(".pictures img")).to_have_count(1)


def take_along(page: Page, address: str, folder: Path) -> Path:
    page.goto(f"{address}/settings/")
    page.get_by_role("link", name="Archives").click()
    page.get_by_role("button", name="Make an archive").click()
    expect(page.get_by_text("The archive is ready.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name="contacts.csv")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def move_to(page: Page, address: str, workspace: str) -> None:
    """Go to the other workspace by the menu's own form."""
    page.goto(f"{address}/")
    form = f"form[action='/workspaces/{workspace}/switch/']"
    page.locator(f"{form} button").first.evaluate("button => button.click()")
    expect(page.get_by_text("New house").first).to_be_visible()


def restore(page: Page, address: str, path: Path) -> None:
    page.goto(f"{address}/settings/archives/")
    page.get_by_role("link", name="Restore an archive").click()
    page.get_by_label("Archive", exact=True).set_input_files(path)
    page.get_by_role("button", name="Restore it here").click()
    expect(page.get_by_text("Everything is restored.")).to_be_visible(timeout=90_000)


def look_around(page: Page, address: str) -> None:
    page.goto(f"{address}/contacts/")
    expect(page.locator("main tbody tr").first).to_be_visible()
    page.goto(f"{address}/campaigns/")
    expect(page.get_by_text("Herbs for the windowsill").first).to_be_visible()
    page.goto(f"{address}/pictures/")
    image = page.locator(".pictures img")
    expect(image).to_have_count(1)
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth > 0")
