"""Hostile names, subjects, comments and addresses in every page that says them.

The pages' own policy is switched off, under which no script could run whatever a page says:
what is looked at is that words are words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.etree
import lxml.html
import pytest
from playwright.sync_api import Browser, Page

from tests.browser import hostile_frames, pages
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.hostile_frames import Watch
from tests.composing import hostile

# The first are the known ones, which all others are made of.
COUNT = int(os.environ.get("HOSTILE_SNIPPETS", "1500"))
MAKE = """
import json
from django.utils import timezone
from campaigns.accounts.models import Workspace
from campaigns.audience.models import List
from campaigns.composing.models import Campaign, Comment, Picture, Revision, Showing
from campaigns.composing.publishing import mails
from campaigns.reports import sharing
from tracking import links
said = json.loads(SAID)
workspace = Workspace.objects.get(members__email="demo@example.com")
out = workspace.campaigns.filter(status="sent").latest("launched_at")
workspace.campaigns.filter(pk=out.pk).update(name=said["names"][0], subject=said["quiet"][0])
Campaign.objects.bulk_create(
    Campaign(workspace=workspace, name=name, utm_source=name[:100], utm_campaign=name[50:])
    for name in said["names"]
)
Comment.objects.bulk_create(
    Comment(workspace=workspace, campaign=out, text=text, version=1) for text in said["comments"]
)
Picture.objects.bulk_create(
    Picture(
        workspace=workspace, key=f"hostile{n}", name=name[:120], alt=name, width=30, height=20,
        size=9, files={"plain": "a.png", "small": "a.png"}, state="ready",
    )
    for n, name in enumerate(said["names"])
)
page = mails.page_of(List.objects.create(workspace=workspace, name=said["names"][1][:100]))
page.title, page.about, page.is_open = said["quiet"][1][:120], said["quiet"][2], True
page.save()
shown = Campaign.objects.bulk_create(
    Campaign(
        workspace=workspace, name="Shown", status="sent", launched_at=timezone.now(),
        subject=one, preheader=two,
    )
    for one, two in zip(said["quiet"][::2], said["quiet"][1::2])
)
Campaign.lists.through.objects.bulk_create(
    Campaign.lists.through(campaign_id=one.pk, list_id=page.list_id) for one in shown
)
Showing.objects.bulk_create(
    Showing(workspace=workspace, page=page, campaign=one, is_shown=True) for one in shown
)
links.register(out.pk, workspace.pk, [f"https://example.com/?{one}" for one in said["quiet"]])
people = list(workspace.contacts.order_by("-pk")[: len(said["names"])])
for person, name in zip(people, said["names"]):
    person.first_name, person.last_name = name[:75], name[75:]
type(people[0]).objects.bulk_update(people, ["first_name", "last_name"])
_link, address = sharing.share(out, days=1, by=None)
facts = {"out": out.pk, "on": page.list_id, "page": page.key, "shared": address}
facts |= {"drafts": len(said["names"]), "shown": len(shown), "people": len(people)}
last = workspace.campaigns.filter(status="draft").latest("pk")
print("made", json.dumps(facts | {"last": last.pk}))
"""
# In pages of ours no script stands in the page itself, and no element says what to run.
ACTIVE = """() => [...document.querySelectorAll("*")].flatMap((element) => {
  const found = [...element.attributes].filter(
    ({ name, value }) => /^on/i.test(name) || /^\\s*(javascript|vbscript|data:text)/i.test(value)
      && ["href", "src", "action", "formaction", "data", "srcdoc"].includes(name));
  const runs = element.localName === "script" && !element.src && !/json/.test(element.type);
  return [...found.map(({ name, value }) => `${name}=${value}`), ...(runs ? ["script"] : [])];
})"""


@dataclass(frozen=True)
class Made:
    """Numbers and addresses of what was filled with hostile words, and how much there is."""

    out: int
    on: int
    page: str
    shared: str
    drafts: int
    shown: int
    people: int
    last: int


def together(snippets: list[str], length: int) -> list[str]:
    """Put as many snippets into one text as fit into so many characters."""
    texts = [""]
    for one in snippets:
        line = " ".join(one.replace("\0", "").split())[:length]
        if len(texts[-1]) + len(line) >= length:
            texts.append("")
        texts[-1] = f"{texts[-1]} {line}".strip()
    return texts


@pytest.fixture(scope="module")
def made(demo_house: stacks.Stack) -> Made:
    found = ["".join(char for char in one if char >= " ") for one in hostile.snippets()[:COUNT]]
    said = {
        "names": together(found, 150),
        "comments": together(found, 2000),
        # A subject is a template, and what is none is another test's.
        "quiet": together([one for one in found if "{" not in one], 250),
    }
    source = demo_house.var / "said.json"
    source.write_text(json.dumps(said))
    code = f"SAID = open({str(source)!r}).read()\n{MAKE}"
    told = demo_house.manage("shell", "--verbosity=0", "-c", code).split("made ")[1]
    return Made(**json.loads(told))


@pytest.fixture(scope="module")
def page(chromium: Browser, demo_house: stacks.Stack) -> Iterator[Page]:
    # Nobody is there to answer for other hosts. A route of Playwright's would stop them too,
    # and with them the browser's cache: each page would load all styles and programs anew.
    nowhere = {"server": "http://127.0.0.1:1", "bypass": "127.0.0.1"}
    with reader(chromium, bypass_csp=True, proxy=nowhere) as context:
        page = context.new_page()
        pages.sign_in(page, demo_house.address)
        page.add_init_script(hostile_frames.CANARIES)
        yield page


def numbered(path: str, count: int, length: int) -> list[str]:
    """Give the addresses of the pages of a list."""
    mark = "&" if "?" in path else "?"
    return [f"{path}{mark}page={number + 1}" for number in range(-(-count // length))]


def places(made: Made) -> list[str]:
    return [
        *numbered("/campaigns/", made.drafts, 25),
        *numbered("/pictures/", made.drafts, 48),
        *numbered(f"/news/{made.page}/", made.shown, 20),
        f"/news/{made.page}/?q=onerror",
        f"/campaigns/{made.out}/talk/",
        f"/campaigns/{made.out}/report/",
        f"/campaigns/{made.out}/",
        f"/campaigns/{made.last}/edit/",
        f"/campaigns/{made.last}/versions/",
        f"/campaigns/{made.last}/check/",
        f"/lists/{made.on}/",
        f"/lists/{made.on}/page/",
        "/contacts/",
        "/contacts/?q=onerror",
        "/lists/",
        "/",
        made.shared,
    ]


def test_words_are_words_in_every_page(page: Page, demo_house: stacks.Stack, made: Made):
    watch = Watch(page, demo_house.address)
    did = {}
    for path in places(made):
        address = demo_house.address + path.removeprefix(demo_house.address)
        did[path] = [*watch.over(address), *page.evaluate(ACTIVE)]
        assert page.locator("h1, [data-picture], .picture").count() > 0, f"{path} says nothing"
    assert {path: what for path, what in did.items() if what} == {}


@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_feeds_are_xml_and_their_html_is_words(
    page: Page, demo_house: stacks.Stack, made: Made, kind: str
):
    answer = page.request.get(f"{demo_house.address}/news/{made.page}/{kind}.xml")
    assert answer.status == 200
    feed = lxml.etree.fromstring(answer.body())
    told = [one.text or "" for one in feed.iter("{*}summary", "{*}description")]
    assert len(told) >= min(made.shown, 20)
    # The first of RSS is of the whole feed, which says that it is words.
    for text in told[kind == "rss" :]:
        assert len(lxml.html.fragment_fromstring(text, create_parent=True)) == 0


def test_without_escaping_they_would_run(page: Page, demo_house: stacks.Stack):
    watch = Watch(page, demo_house.address)
    path = f"{demo_house.address}/loose/"
    page.route(
        path, lambda one: one.fulfill(content_type="text/html", body="<script>canary()</script>")
    )
    assert watch.over(path) == ["ran canary in /loose/"]
