"""Schedule a campaign on the page, in a time zone far away, and see it go out at its minute."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

ZONE = "Asia/Tokyo"
EMAIL = "press@example.com"
# Long enough to fill in the page, short enough to wait for.
SOON = timedelta(seconds=20)


@dataclass(frozen=True)
class Appointment:
    """A scheduled campaign: its page, and when it goes out."""

    path: str
    at: datetime


def schedule(page: Page, address: str) -> Appointment:
    """Put somebody on a new list, write to them, and schedule that for a minute soon."""
    page.goto(f"{address}/lists/new/")
    page.get_by_label("Name").fill("Press")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a person").first.click()
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("They asked for it").check()
    page.get_by_role("button", name="Add").click()
    page.goto(f"{address}/campaigns/new/")
    page.get_by_label("Name").fill("Press release")
    page.get_by_role("button", name="Start writing").click()
    page.get_by_label("Subject").fill("Under embargo")
    page.get_by_label("From", exact=True).select_option(index=1)
    page.get_by_label("Press").check()
    page.get_by_label("Body", exact=True).fill("Not before the hour.")
    page.get_by_role("button", name="Continue").first.click()
    expect(page).to_have_url(re.compile(r"/preview/"))
    page.get_by_role("link", name="Test and send").first.click()
    return _choose_a_minute(page)


def _choose_a_minute(page: Page) -> Appointment:
    page.get_by_text("Or send it later").click()
    at = (datetime.now(UTC) + SOON + timedelta(minutes=1)).replace(second=0, microsecond=0)
    there = at.astimezone(ZoneInfo(ZONE))
    page.get_by_label("Date").fill(there.strftime("%Y-%m-%d"))
    page.get_by_label("Time", exact=True).fill(there.strftime("%H:%M"))
    page.get_by_label("Time zone", exact=True).select_option(ZONE)
    page.get_by_role("button", name="Schedule").click()
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/$"))
    progress = page.locator("#progress")
    expect(progress.locator(".status-tag").first).to_have_text("Scheduled")
    expect(progress).to_contain_text(f"{there:%H:%M} ({ZONE})")
    return Appointment(page.url, at)


def expect_nothing_before(page: Page, address: str) -> None:
    """Home names the campaign among those that wait, and nobody has got it."""
    page.goto(address)
    expect(page.get_by_role("link", name="Press release")).to_be_visible()
    page.goto(f"{address}/inbox/?q={EMAIL}")
    expect(page.get_by_text("No mail found")).to_be_visible()


def expect_it_goes_out(page: Page, address: str, appointment: Appointment) -> None:
    """Watch the campaign's page, which moves by itself, and hold the mail's time against it."""
    page.goto(appointment.path)
    status = page.locator("#progress .status-tag").first
    expect(status).to_have_text("Sent", timeout=150_000)
    page.goto(f"{address}/inbox/?q={EMAIL}")
    arrived = page.locator("main tbody time")
    expect(arrived).to_have_count(1)
    assert datetime.fromisoformat(arrived.get_attribute("datetime") or "") >= appointment.at
