"""Hostile mails in every place that shows one: nothing of them runs, and nothing is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Route

from tests.browser import pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.composing import hostile

# Of every so many snippets one, so that all kinds are among them.
SAMPLE = 40
PART = 50
# In any frame. One that is held is a stranger to the window around it, but has a console.
CANARY = """window.canary = () => {
  console.log("ran");
  try { top.ran = (top.ran || 0) + 1; } catch { /* The console has told. */ }
}"""
# The mail of the newest campaign that is out says it, and a new one with a template of it does.
MAKE = """
import json
from campaigns.accounts.models import Workspace
from campaigns.audience.models import List
from campaigns.composing.models import Campaign, Revision, Template
from campaigns.composing.publishing import mails
workspace = Workspace.objects.get(members__email="demo@example.com")
parts = json.loads(PARTS)
out = workspace.campaigns.filter(status="sent").latest("launched_at")
campaigns = [
    Campaign.objects.create(
        workspace=workspace, name=f"Hostile {n}", subject=part[:200].replace("\\n", " "),
        format="html", body=part, inline_css=False,
    )
    for n, part in enumerate(parts)
]
template = Template.objects.create(
    workspace=workspace, name="Hostile", format="html", body=parts[0]
)
row = Revision.objects.filter(campaign=out, number=out.revision)
row.update(html=parts[0] + '<a href="https://example.com/">x</a>')
# What members type as names is as hostile, and what is read by everybody too.
words = parts[1].replace("\\n", " ")
Campaign.objects.filter(pk=out.pk).update(subject=words[:250], preheader=words[250:500])
page = mails.page_of(List.objects.create(workspace=workspace, name=words[:100]))
out.lists.add(page.list)
page.title, page.about, page.is_open = words[:120], words[120:600], True
mails.show(page, out, is_shown=True)
contact = workspace.contacts.earliest("pk")
workspace.contacts.filter(pk=contact.pk).update(first_name=words[:120], last_name=words[120:240])
drafts = [one.pk for one in campaigns]
print("made", json.dumps([out.pk, template.pk, contact.pk, page.list_id, page.key, drafts]))
"""


@dataclass(frozen=True)
class Made:
    """A campaign that is out, a template, a contact, a list and its public page, and drafts."""

    out: int
    template: int
    contact: int
    on: int
    page: str
    drafts: list[int]


@pytest.fixture(scope="module")
def made(demo_house: stacks.Stack) -> Made:
    """Fill all of them with hostile markup."""
    # Some are text for a template language: what refuses to be read is no mail.
    found = [one.replace("\0", "") for one in hostile.snippets()[::SAMPLE]]
    snippets = [one for one in found if "{" not in one]
    parts = ["\n".join(snippets[at : at + PART]) for at in range(0, len(snippets), PART)]
    code = f"PARTS = {json.dumps(json.dumps(parts))}\n{MAKE}"
    told = demo_house.manage("shell", "--verbosity=0", "-c", code).split("made ")[1]
    return Made(*json.loads(told))


@pytest.fixture(scope="module")
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    with reader(chromium) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.add_init_script(CANARY)
        yield page


def looked_at(page: Page, address: str) -> list[str]:
    """Open a page that shows a mail in a frame, and tell what the mail did."""
    did: list[str] = []

    def strangers(route: Route) -> None:
        # Pictures are what a mail may ask for, and nothing else.
        if route.request.resource_type != "image":
            did.append(route.request.url)
        route.abort()

    def ask(dialog: Dialog) -> None:
        did.append(dialog.message)
        dialog.dismiss()

    def opened(popup: Page) -> None:
        did.append(popup.url)

    def hear(message: ConsoleMessage) -> None:
        did.extend(["ran"] * (message.text == "ran"))

    page.on("console", hear)
    page.on("dialog", ask)
    page.on("popup", opened)
    page.route(re.compile(r"evil\.invalid|attacker|example\.(?:com|net|org)"), strangers)
    page.goto(address)
    page.wait_for_load_state("load")
    # What waits for a pointer gets one.
    page.mouse.move(400, 500)
    page.mouse.move(700, 600)
    did += ["ran"] * page.evaluate("window.ran || 0")
    did += [page.url] * (page.url != address)
    page.unroute_all(behavior="ignoreErrors")
    page.remove_listener("console", hear)
    page.remove_listener("dialog", ask)
    page.remove_listener("popup", opened)
    return did


def places(made: Made) -> list[str]:
    drafts = made.drafts
    views = [
        f"/campaigns/{pk}/preview/?view={view}"
        for pk in drafts
        for view in ("desktop", "phone", "text")
    ]
    return [
        *views,
        *(f"/campaigns/{pk}/check/" for pk in drafts[:2]),
        *(f"/campaigns/{pk}/edit/" for pk in drafts[:2]),
        "/templates/",
        f"/templates/{made.template}/",
        "/campaigns/new/",
        f"/campaigns/{made.out}/report/clicks/",
        "/campaigns/",
        f"/contacts/{made.contact}/",
        f"/campaigns/{drafts[0]}/preview/?contact={made.contact}",
        f"/lists/{made.on}/",
        f"/lists/{made.on}/page/",
        f"/news/{made.page}/",
        f"/news/{made.page}/?q=x",
        f"/news/{made.page}/{made.out}/",
    ]


def test_nothing_runs_in_any_place_that_shows_a_mail(
    page: Page, demo_house: stacks.Stack, made: Made
):
    did = {path: looked_at(page, demo_house.address + path) for path in places(made)}
    assert {path: what for path, what in did.items() if what} == {}


def test_nothing_runs_in_the_inspector(page: Page, demo_house: stacks.Stack):
    source = "\n".join(hostile.snippets()[::SAMPLE])
    page.goto(f"{demo_house.address}/inspector/")
    page.locator("textarea").fill(f"Subject: x\nContent-Type: text/html\n\n{source}")
    page.get_by_role("button", name="Inspect").click()
    page.wait_for_load_state("load")
    assert page.evaluate("window.ran || 0") == 0


def test_without_what_holds_it_a_mail_would_run(page: Page):
    def answer(route: Route) -> None:
        frame = "<iframe src=/mail></iframe>"
        mail = "<script>canary()</script>" if route.request.url.endswith("/mail") else frame
        route.fulfill(content_type="text/html", body=mail)

    page.route("https://candid.test/**", answer)
    page.goto("https://candid.test/")
    assert page.evaluate("window.ran") == 1
