"""A mail in a real Chromium: images off and on, a click, Sec-GPC, a reader who takes it back."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import ARGUMENTS, EXECUTABLE, reader

# A mail of the sample in the inbox, to somebody who agreed to both, with a link in it. Pages
# speak their reader's language, so it is somebody who reads English.
LETTER = """
SELECT mail.id, delivery.id, delivery.contact_id, delivery.campaign_id
  FROM sending_inboxmail mail
  JOIN sending_delivery delivery ON delivery.uuid = mail.delivery_uuid
  JOIN audience_contact contact ON contact.id = delivery.contact_id
 WHERE delivery.mode = 'individual' AND delivery.click_mode = '' AND contact.measuring = 'granted'
   AND contact.language = 'en' AND delivery.sending_at > now() - interval '40 days'
 ORDER BY mail.id DESC LIMIT 1
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stacks.Stack]:
    """The sample workspace, with somebody who counts what its mails tell."""
    folder = tmp_path_factory.mktemp("measured")
    with stacks.running(folder, names=["web", "drain"], prepare=["demo"]) as stack:
        yield stack


class Ledger:
    """What the house knows, read past all of its pages."""

    def __init__(self, stack: stacks.Stack) -> None:
        self._url = stack.environment["DATABASE_URL"]
        self.mail, self.delivery, self.contact, self.campaign = self.ask(LETTER)[0]
        self._since = self.ask("SELECT now()")[0][0]
        self._totals = self.totals()

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url) as connection:
            return connection.execute(sql, values).fetchall()

    def of_person(self) -> list[str]:
        """The kinds of hits of this person since we began, in order."""
        rows = self.ask(
            "SELECT kind FROM tracking_event WHERE contact_id = %s AND at >= %s ORDER BY at",
            self.contact,
            self._since,
        )
        return [kind for (kind,) in rows]

    def verdicts(self) -> list[tuple[str, str, str]]:
        """What this person's hits since we began were taken for: kind, class and reason."""
        rows = self.ask(
            "SELECT kind, verdict, reason FROM tracking_event"
            " WHERE contact_id = %s AND at >= %s ORDER BY at",
            self.contact,
            self._since,
        )
        return [(kind, verdict, reason) for kind, verdict, reason in rows]

    def totals(self) -> dict[str, int]:
        """How many hits of this campaign name nobody, by kind."""
        rows = self.ask(
            "SELECT kind, count(*) FROM tracking_event WHERE campaign_id = %s"
            " AND mode = 'aggregate' GROUP BY kind",
            self.campaign,
        )
        return dict(rows)

    def new_totals(self) -> dict[str, int]:
        now = self.totals()
        return {kind: now[kind] - self._totals.get(kind, 0) for kind in now}


def test_a_mail_tells_what_its_reader_agreed_to_and_no_more(chromium: Browser, house: stacks.Stack):
    ledger = Ledger(house)
    address = f"{house.address}/inbox/{ledger.mail}/"

    with images_off(chromium) as browser, reader(browser) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)
        asked = watch(page)
        read(page, address)
        assert not [url for url in asked if "/track/" in url]
        expect(frame(page).get_by_text("You agreed to that")).to_be_visible()
        stop_here = frame(page).get_by_role("link", name="Preferences").get_attribute("href")
    assert ledger.of_person() == []

    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)
        with page.expect_response(lambda response: "/track/open/" in response.url) as pixel:
            read(page, address)
        assert pixel.value.status == 200
        stacks.until(lambda: ledger.of_person() == ["open"], "the open is counted")
        click(page)
        stacks.until(lambda: ledger.of_person() == ["open", "click"], "the click is counted")
        assert ledger.verdicts() == [
            ("open", "human", "mail_program"),
            ("click", "human", "browser"),
        ]

    signal = {"X-Forwarded-For": stacks.READER_ADDRESS, "Sec-GPC": "1", "DNT": "1"}
    with reader(chromium, extra_http_headers=signal) as context:
        page = context.new_page()
        pages.sign_in(page, house.address)
        read(page, address)
        click(page)
        # The links of the mail go on working, and nobody learns who it was.
        stacks.until(lambda: ledger.new_totals().get("click") == 1, "the click is in the totals")
        assert ledger.of_person() == ["open", "click"]
        page.goto(str(stop_here))
        expect(page.get_by_text("Your browser asks not to be tracked")).to_be_visible()

    with reader(chromium) as context:
        page = context.new_page()
        page.goto(str(stop_here))
        links = page.locator("section", has_text="Which links you follow")
        links.get_by_role("button", name="Stop, and erase what was recorded").click()
        expect(links.get_by_text("You said no.")).to_be_visible()
        assert ledger.of_person() == ["open"]
        pages.sign_in(page, house.address)
        with page.expect_response(lambda response: "/track/open/" in response.url):
            read(page, address)
        click(page)
        # The open after it is counted, so the click before it was looked at.
        stacks.until(lambda: ledger.of_person() == ["open", "open"], "only the open is counted")
        opens = page.context.new_page()
        opens.goto(str(stop_here))
        section = opens.locator("section", has_text="When you open a mail")
        section.get_by_role("button", name="Stop, and erase what was recorded").click()
        expect(section.get_by_text("You said no.")).to_be_visible()
        assert ledger.of_person() == []


def images_off(chromium: Browser) -> Any:
    """Chromium of a person who has images switched off."""
    return chromium.browser_type.launch(
        executable_path=EXECUTABLE, args=[*ARGUMENTS, "--blink-settings=imagesEnabled=false"]
    )


def watch(page: Page) -> list[str]:
    """Return a list that fills with what the page asks for."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def read(page: Page, address: str) -> None:
    page.goto(address)
    expect(frame(page).get_by_role("link", name="Unsubscribe")).to_be_visible()


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[title='The mail']")


def click(page: Page) -> None:
    """Follow a tracked link of the mail to where it leads, which is not asked."""
    context = page.context

    def arrive(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body="<h1>Here</h1>")

    context.route(lambda url: "127.0.0.1" not in url, arrive)
    link = frame(page).locator("a[href*='/track/click/']").first
    with context.expect_page() as waiting:
        link.click()
    expect(waiting.value.get_by_role("heading", name="Here")).to_be_visible()
    waiting.value.close()
