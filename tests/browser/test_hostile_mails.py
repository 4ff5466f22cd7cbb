"""Hostile snippets in whole mails, written in every way, as readers and members meet them.

A part of the ten thousand; `make harmless` tries them all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import pytest
from django.http import HttpResponse
from playwright.sync_api import Browser, Page

from campaigns.composing import frames, lights, previewing
from campaigns.composing.lights import Light
from tests.browser import hostile_frames
from tests.browser.chromium import reader
from tests.browser.hostile_frames import Shelf, Watch
from tests.composing import hostile, hostile_mails

SNIPPETS = hostile.snippets()[: int(os.environ.get("HOSTILE_SNIPPETS", "1500"))]
KEPT = [way for way in hostile_mails.WAYS if way not in hostile_mails.CLEANED]


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    with hostile_frames.shelf() as found:
        yield found


@pytest.fixture(scope="module")
def page(chromium: Browser, shelf: Shelf) -> Iterator[Page]:
    # All that is not on this machine is asked of the shelf, which has it not.
    with reader(chromium, proxy={"server": shelf.address}) as context:
        page = context.new_page()
        page.add_init_script(hostile_frames.CANARIES)
        yield page


@pytest.fixture(scope="module")
def watch(page: Page, shelf: Shelf) -> Watch:
    return Watch(page, shelf.address)


def framed(shelf: Shelf, name: str, paths: Sequence[str], attributes: str = "") -> list[str]:
    """Put the documents into pages of frames; return the addresses of these."""
    groups = hostile_mails.batched(paths, hostile_frames.SIDE_BY_SIDE)
    return [shelf.show(f"/{name}/page{n}", group, attributes) for n, group in enumerate(groups)]


@pytest.mark.parametrize("way", hostile_mails.CLEANED)
def test_nothing_runs_even_where_nothing_holds_a_mail(
    page: Page, shelf: Shelf, watch: Watch, way: str
):
    paths = []
    for number, mail in enumerate(hostile_mails.every(SNIPPETS, way)):
        paths.append(f"/bare/{way}/{number}")
        shelf.put(paths[-1], HttpResponse(mail.html))
    for address in framed(shelf, way, paths):
        assert watch.over(address) == []
        assert page.evaluate(hostile_frames.ACTIVE) == []


@pytest.mark.parametrize("way", KEPT)
def test_nothing_runs_in_a_preview(shelf: Shelf, watch: Watch, way: str):
    paths = []
    for number, mail in enumerate(hostile_mails.every(SNIPPETS, way)):
        paths.append(f"/preview/{way}/{number}")
        html = lights.lit(previewing.framed(mail.html), Light.NIGHT if number % 2 else Light.DAY)
        shelf.put(paths[-1], frames.answer(html))
    for address in framed(shelf, f"preview/{way}", paths, "sandbox"):
        assert watch.over(address) == []


@pytest.mark.parametrize("way", KEPT)
def test_nothing_runs_where_only_the_header_holds_a_mail(shelf: Shelf, watch: Watch, way: str):
    """As the web version of a mail, which no page of ours is around, and the public page's."""
    paths = []
    for number, mail in enumerate(hostile_mails.every(SNIPPETS, way)):
        paths.append(f"/web/{way}/{number}")
        shelf.put(paths[-1], frames.answer(mail.html, links=True))
    for address in framed(shelf, f"web/{way}", paths):
        assert watch.over(address) == []


def test_without_what_holds_them_they_would_run(shelf: Shelf, watch: Watch):
    paths = []
    for number, mail in enumerate(hostile_mails.every(SNIPPETS[:600], "html")):
        paths.append(f"/loose/{number}")
        shelf.put(paths[-1], HttpResponse(mail.html))
    did = {what for address in framed(shelf, "loose", paths) for what in watch.over(address)}
    ran = {what.rpartition(" in ")[2] for what in did if what.startswith("ran ")}
    assert len(ran) > len(paths) / 20
