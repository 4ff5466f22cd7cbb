"""The block editor, driven with a finger."""

from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser import pages, writing
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.writing import add, block, handle, kinds

TABLET = {"width": 768, "height": 1024}


def test_a_finger_drags_a_block(chromium: Browser, demo_house: stacks.Stack):
    with reader(chromium, viewport=TABLET, has_touch=True) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        writing.begin(page, demo_house.address)
        add(page, "Divider")
        finger = context.new_cdp_session(page)
        start = handle(block(page, "divider")).bounding_box()
        target = block(page, "text").bounding_box()
        assert start and target
        touch(finger, "touchStart", start["x"] + 12, start["y"] + 12)
        for part in range(1, 11):
            y = start["y"] + (target["y"] - start["y"]) * part / 10
            touch(finger, "touchMove", start["x"] + 40, y + 4)
        touch(finger, "touchEnd")
        expect(page.locator(".blocks-canvas .block").first).to_have_attribute(
            "data-kind", "divider"
        )
        assert kinds(page) == ["divider", "text"]


def touch(finger: Any, kind: str, *at: float) -> None:
    points = [{"x": at[0], "y": at[1]}] if at else []
    finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
