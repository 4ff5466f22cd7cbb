"""A worker is killed in the middle of an import while its page is open."""

import pytest
from playwright.sync_api import Browser, expect

from campaigns.audience.imports import importing
from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.evidence import expect_figure
from tests.browser.looking import look
from tests.browser.test_importing import (
    CHUNKS,
    LEFT_OUT,
    begin,
    close,
    gate,
    many,
    new_list,
    upload,
)

pytestmark = pytest.mark.usefixtures("patient")
# The minute after which nobody waits for a dead worker, and the beat that rings for another.
LATER = "UPDATE audience_import SET lease_until = now() - interval '1 second' WHERE id = %s"
RING = "from campaigns.audience import tasks; tasks.resume_imports.delay()"


@pytest.mark.parametrize(("width", "theme"), pages.SCREENS)
def test_the_page_says_that_it_goes_on_and_ends_with_the_right_result(
    chromium: Browser, working_house: stacks.Stack, width: int, theme: str
):
    with pages.signed_in(chromium, working_house.address, width, theme) as page:
        new_list(page, working_house.address, f"Killed {width}")
        told = page.locator("#progress")
        with gate(working_house) as gates:
            close(gates, 1, 2)
            upload(page, many().replace(b"reader", b"killed%d." % width), name="many.csv")
            number = begin(page)
            expect(told).to_contain_text(f"{importing.CHUNK:,} lines checked")
            expect(told).not_to_contain_text("goes on by itself")
            working_house.kill("worker")
            working_house.query(LATER, number)
            expect(told).to_contain_text("It was interrupted, and goes on by itself")
            expect(told).to_contain_text(f"{importing.CHUNK:,} lines checked")
            look(page, f"import-interrupted-{width}")
            assert found(working_house, width) == 0
        working_house.start_again("worker")
        working_house.manage("shell", "--verbosity=0", "-c", RING)

        everybody = CHUNKS * importing.CHUNK - len(LEFT_OUT)
        expect(page.get_by_role("link", name="Undo this import")).to_be_visible()
        expect_figure(page, "Lines with people", CHUNKS * importing.CHUNK)
        expect_figure(page, "New contacts", everybody)
        expect_figure(page, "New on the list", everybody)
        expect_figure(page, "Lines left out", len(LEFT_OUT))
        look(page, f"import-after-a-kill-{width}")
        assert found(working_house, width) == everybody


def found(house: stacks.Stack, width: int) -> int:
    """Return how many there are of the file's people."""
    question = "SELECT count(*) FROM audience_contact WHERE email_key LIKE %s"
    [(number,)] = house.query(question, f"killed{width}.%@example.net")
    return int(number)
