"""What may be measured: set on the pages of all levels, sent by real programs, read in mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from tests import world
from tests.browser import rules
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.rules import Rules

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
    """A running Candid, and the list that campaigns go to."""

    address: str
    readers: int


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    names = ["web", "inbox", "drain", "worker", "beat"]
    with stacks.running(tmp_path_factory.mktemp("rules"), names=names) as stack:
        readers = stack.manage("shell", "--verbosity=0", "-c", SETTING)
        yield House(stack.address, int(readers))


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


def sent(page: Page, house: House, asked: Rules) -> list[rules.Letter]:
    """Send a campaign under these rules; the page stands where it was sent."""
    rules.set_rules(page, house.address, asked, house.readers)
    campaign = rules.send(page, house.address, asked, house.readers)
    letters = rules.arrived(page, house.address, asked)
    page.goto(campaign)
    return letters
