"""What may be measured, and what is told of it, by real programs: set, sent, stopped, reported."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests import world
from tests.browser import rules
from tests.browser import stack as stacks
from tests.browser.chromium import USER_AGENT, reader
from tests.browser.rules import Rules
from tests.sending.sink import Sink

OWNER = "ada@example.org"
SETTING = f"""
from tests import world
workspace = world.make_workspace(name="Tulip", policy="strict")
world.make_member(workspace, email="{OWNER}")
world.make_sender(workspace)
people = world.make_list(workspace, name="Readers")
for said in ("granted", "unknown", "refused"):
    for number in range(12):
        world.make_contact(
            workspace,
            people,
            email=f"{{said}}{{number}}@trial.example",
            measuring=said,
            language="en",
        )
print(people.pk)
"""
# The rules of all three levels, and what mails tell of who agreed, was not asked, said no.
LEAST = (
    (Rules("strict"), ("individual", "none", "none")),
    (Rules("opt_out", list_policy="consent"), ("individual", "aggregate", "none")),
    (Rules("opt_out", list_most="aggregate"), ("aggregate", "aggregate", "none")),
    (Rules("opt_out", campaign_policy="strict"), ("individual", "none", "none")),
)
SAID = ("granted", "unknown", "refused")


@dataclass
class House:
    """A running Candid, what its own mails come to, and the list that campaigns go to."""

    stack: stacks.Stack
    server: Sink
    readers: int

    @property
    def address(self) -> str:
        return self.stack.address

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.stack.environment["DATABASE_URL"]) as connection:
            found = connection.execute(sql, values)
            return found.fetchall() if found.description else []

    def hits(self) -> int:
        """How many loads and clicks were counted, of anybody."""
        sql = "SELECT coalesce(sum(opens + clicks), 0) FROM tracking_campaigncount"
        return int(self.ask(sql)[0][0])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    names = ["web", "inbox", "drain", "worker", "beat"]
    folder = tmp_path_factory.mktemp("rules")
    with Sink() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYSTEM_MAIL_URL", f"smtp://127.0.0.1:{server.port}")
        with stacks.running(folder, names=names) as stack:
            readers = stack.manage("shell", "--verbosity=0", "-c", SETTING)
            yield House(stack, server, int(readers))


@pytest.fixture
def page(chromium: Browser, house: House) -> Iterator[Page]:
    with reader(chromium) as context:
        page = context.new_page()
        page.goto(f"{house.address}/sign-in/")
        page.locator("input[name=login]").fill(OWNER)
        page.get_by_label("Password").fill(world.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Campaigns").first.wait_for(state="attached")
        yield page


@pytest.mark.parametrize(("asked", "told"), LEAST, ids=lambda value: getattr(value, "name", ""))
def test_mails_tell_the_least_of_what_all_levels_allow(page: Page, house: House, asked, told):
    letters = sent(page, house, asked)
    assert {(one.said, one.opens, one.clicks) for one in letters} == {
        (said, most, most) for said, most in zip(SAID, told, strict=True)
    }
    individual = [one.tracked for one in letters if one.opens == "individual"]
    assert len(set(individual)) == len(individual)
    aggregate = {one.tracked for one in letters if one.opens == "aggregate"}
    assert len(aggregate) <= 1
    # A pixel and a link each; of who is not measured, nothing that could tell.
    assert {len(tracked) for tracked in [*individual, *aggregate]} == {2}
    assert not any(b"/track/" in one.source for one in letters if one.opens == "none")


def test_a_campaign_whose_measuring_is_stopped_collects_nothing_from_mails_that_are_out(
    page: Page, house: House
):
    stopped = sent(page, house, Rules("consent", campaign_most="aggregate"))
    page.get_by_text("Stop measuring this campaign").click()
    page.get_by_role("button", name="Stop measuring").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop measuring").click()
    expect(page.get_by_text("Nothing, since")).to_be_visible()
    goes_on = sent(page, house, Rules("consent"))
    before = house.hits()
    for url in stopped[0].tracked:
        assert answers(url) in (200, 302)
    assert answers(goes_on[0].tracked[0]) in (200, 302)
    # What came before it was looked at.
    stacks.until(lambda: house.hits() > before, "the hit on the other campaign is counted")
    assert house.hits() == before + 1


def test_a_report_is_mailed_by_itself_with_its_file(page: Page, house: House):
    page.goto(f"{house.address}/review/?span=7")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Save this view as").fill("The week")
    page.locator(".save-menu").get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Mail it").click()
    page.get_by_label("How often").select_option("daily")
    page.get_by_role("button", name="Mail it so").click()
    expect(page.get_by_text("“The week” will be mailed")).to_be_visible()
    # The hour comes, which nobody waits for.
    house.ask("UPDATE reports_schedule SET next_at = now() - interval '1 minute'")
    stacks.until(lambda: "The week" in house_mail(house), "the report arrives", seconds=150)
    assert 'filename="the-week.csv"' in house_mail(house)


def sent(page: Page, house: House, asked: Rules) -> list[rules.Letter]:
    """Send a campaign under these rules; the page stands where it was sent."""
    rules.set_rules(page, house.address, asked, house.readers)
    campaign = rules.send(page, house.address, asked, house.readers)
    letters = rules.arrived(page, house.address, asked)
    page.goto(campaign)
    return letters


def house_mail(house: House) -> str:
    """All that the house wrote to its members."""
    return b"\n".join(one.content for one in house.server.taken).decode()


def answers(url: str) -> int:
    """Ask as a reader's program does, and follow nothing."""
    headers = {"User-Agent": USER_AGENT, "X-Forwarded-For": stacks.READER_ADDRESS}
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.build_opener(_Stay).open(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


class _Stay(urllib.request.HTTPRedirectHandler):
    """Goes nowhere."""

    def redirect_request(self, *_arguments: Any) -> None:
        return None
