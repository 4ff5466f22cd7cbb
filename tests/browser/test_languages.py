"""A recipient's whole way without JavaScript, in each language: no word of it stays English."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import pages, spoken
from tests.browser import stack as stacks
from tests.browser.chromium import reader
from tests.browser.evidence import http
from tests.browser.looking import look
from tests.browser.mailbox import MAILS, Mailbox

pytestmark = pytest.mark.usefixtures("patient")
# Of a machine that does ten things at once.
PATIENCE = 60_000
PHONE = {"width": 360, "height": 740}
LIST, MORE, WELCOME = "Tulpenpost", "Krokuspost", "Hartelijk welkom"
# What the sample says of itself, below each letter, and as who its mails come from.
SENDER = 'Tulip & Thyme(" @>)?$|^Kruidentuin'
BROWSERS = {"en": "en-GB", "nl": "nl-NL", "de": "de-DE", "fr": "fr-FR", "es": "es-ES"}
READERS = {language: f"81.227.0.{number}" for number, language in enumerate(BROWSERS, 20)}
ON = """
SELECT count(*) FROM audience_subscription s JOIN audience_contact c ON c.id = s.contact_id
WHERE c.email_key = %s AND s.status = 'subscribed'
"""
SAID = """
SELECT purpose, state FROM audience_consententry e JOIN audience_contact c ON c.id = e.contact_id
WHERE c.email_key = %s AND purpose <> 'mail' ORDER BY e.id
"""
# The person with the most different hits, and where they see them.
BUSIEST = """
from django.db.models import Count
from django.urls import reverse
from campaigns.audience.models import Contact
from campaigns.privacy import links
from tracking.models import Event
people = Event.objects.filter(contact_id__isnull=False, country="PL").values("contact_id")
[most] = people.annotate(n=Count("verdict", distinct=True)).order_by("-n", "contact_id")[:1]
pk = most["contact_id"]
print(pk, reverse("privacy:everything", args=[links.seal(Contact.objects.get(pk=pk))]))
"""
CODES = """
SELECT kind, device, network, country, verdict, beside FROM tracking_event WHERE contact_id = %s
"""
STOPPED = """
SELECT reason FROM audience_suppression s JOIN audience_contact c ON c.fingerprint = s.fingerprint
WHERE c.email_key = %s AND s.workspace_id = c.workspace_id
"""


@dataclass
class Way:
    """Somebody on their way through the pages and mails of recipients, who notes what they say."""

    house: stacks.Stack
    page: Page
    language: str
    mailbox: Mailbox
    # Where the welcome's last line leads.
    leaving: str = ""
    said: dict[str, set[str]] = field(default_factory=dict)

    def note(self, name: str) -> None:
        """Keep what this page says, and hold it against its window."""
        html = self.page.locator("html")
        expect(html).to_have_attribute("lang", self.language)
        assert self.page.locator("script:not([src])").count() == 0
        look(self.page, f"way-{self.language}-{len(self.said):02}-{name}")
        self.said[name] = spoken.of_page(self.page)

    def read_mail(self, name: str, address: str = "") -> None:
        """Keep what the newest mail says."""
        wanted = (address or self.mailbox.address).lower()
        rows = stacks.until(lambda: self.house.query(MAILS, wanted), f"{name} is mailed")
        self.said[f"mail: {name}"] = spoken.of_mail(bytes(rows[-1][0]))

    def press(self, css: str) -> None:
        self.page.locator(css).first.click()

    def on_lists(self) -> int:
        [(number,)] = self.house.query(ON, self.mailbox.address)
        return int(number)


@pytest.fixture(scope="module")
def form(chromium: Browser, working_house: stacks.Stack) -> str:
    """The address of an open form of a list; another list has one too."""
    with reader(chromium) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        pages.sign_in(page, working_house.address)
        found = ""
        for name in (MORE, LIST):
            page.goto(f"{working_house.address}/lists/new/")
            page.get_by_label("Name").fill(name)
            page.get_by_role("button", name="Save").click()
            page.get_by_role("link", name="Sign-up form").click()
            page.get_by_label("Open: people can sign up").check()
            page.get_by_label("Ask for first and last name").check()
            page.get_by_label("Ask whether opens").check()
            page.locator("[name=welcome_subject]").fill(WELCOME)
            page.locator("[name=welcome_text]").fill(WELCOME)
            page.get_by_role("button", name="Save").click()
            found = page.get_by_label("Its own page").input_value()
        return found


@pytest.fixture(scope="module")
def english(
    chromium: Browser,
    working_house: stacks.Stack,
    form: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, set[str]]:
    """What the same pages and mails say in English."""
    with walking(chromium, working_house, "en") as way:
        walk(way, form, tmp_path_factory.mktemp("english"))
        return way.said


@pytest.mark.parametrize("language", ["nl", "de", "fr", "es"])
def test_nothing_on_the_way_stays_english(
    chromium: Browser,
    working_house: stacks.Stack,
    form: str,
    english: dict[str, set[str]],
    language: str,
    tmp_path: Path,
):
    with walking(chromium, working_house, language) as way:
        walk(way, form, tmp_path)
        assert way.page.context.cookies() == []
    assert way.said.keys() == english.keys()
    left = {name: untranslated(said & english[name], language) for name, said in way.said.items()}
    assert {name: sorted(texts) for name, texts in left.items() if texts} == {}


def test_each_open_and_click_is_told_in_words(chromium: Browser, working_house: stacks.Stack):
    pk, path = working_house.manage("shell", "--verbosity=0", "-c", BUSIEST).split()
    working_house.query("UPDATE audience_contact SET language = 'nl' WHERE id = %s", int(pk))
    with reader(chromium, java_script_enabled=False, viewport=PHONE) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(working_house.address + path)
        look(page, "events-nl")
        said = spoken.of_page(page)
    assert {"Een mail werd geopend", "Een link werd gevolgd", "Polen"} <= said
    codes = {code for row in working_house.query(CODES, int(pk)) for code in row if code}
    assert codes
    assert said & codes == set()


@contextmanager
def walking(browser: Browser, house: stacks.Stack, language: str) -> Iterator[Way]:
    options: dict[str, Any] = {"java_script_enabled": False, "locale": BROWSERS[language]}
    # Each from an address of its own: without a proof of work, few sign-ups an hour come of one.
    options["extra_http_headers"] = {"X-Forwarded-For": READERS[language]}
    options["color_scheme"] = "light" if language == "en" else "dark"
    if language != "en":
        options["viewport"] = PHONE
    with reader(browser, **options) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        yield Way(house, page, language, Mailbox(house, f"ida.{language}@example.com"))


def walk(way: Way, form: str, folder: Path) -> None:
    sign_up(way, form)
    confirm(way)
    choose(way)
    answer(way)
    move(way)
    leave(way)
    see(way, folder)
    be_erased(way)


def sign_up(way: Way, form: str) -> None:
    page = way.page
    page.goto(form)
    way.note("form")
    way.press("form button.btn-primary")
    way.note("form-empty")
    page.locator("[name=email]").fill("ida@gmial.com")
    way.press("form button.btn-primary")
    way.note("form-doubted")
    page.locator("[name=email]").fill(way.mailbox.address)
    page.locator("[name=first_name]").fill("Ida")
    way.press("form button.btn-primary")
    page.wait_for_url("**/asked/")
    way.note("asked")


def confirm(way: Way) -> None:
    link = way.house.address + way.mailbox.link("confirm")
    way.read_mail("confirm")
    # Scanners follow links, and ask for their headers first.
    http("HEAD", link)
    http("GET", link)
    assert way.on_lists() == 0
    way.page.goto(link)
    way.note("confirm")
    assert way.on_lists() == 0
    way.press("form button")
    way.note("welcome")
    assert way.on_lists() == 1
    way.leaving = way.house.address + way.mailbox.link("leave")
    way.read_mail("welcome")
    way.press("main a[href*='/p/']")


def choose(way: Way) -> None:
    page = way.page
    way.note("preferences")
    page.locator("[name=list]:checked").uncheck()
    way.press("form:not([action]) button.btn-primary")
    way.note("preferences-left")
    assert way.on_lists() == 0
    page.locator("input[name=list]").check()
    way.press("form:not([action]) button.btn-primary")
    assert page.locator("input[name=list]:checked").count() == 1
    assert way.on_lists() == 1
    way.press("form[action$='/join'] button")
    page.wait_for_url("**joining=1#more")
    way.note("preferences-joining")
    way.press("form[action$='/pause'] button")
    way.note("preferences-paused")
    way.press("form[action$='/pause'] button[value='0']")
    other = "de" if way.language == "nl" else "nl"
    for language in (other, way.language):
        page.locator("[name=language]").select_option(language)
        way.press("form[action$='/language'] button")
        expect(page.locator("html")).to_have_attribute("lang", language)


def answer(way: Way) -> None:
    """Say yes to opens and no to clicks, and take the yes back."""
    for purpose, said in (("opens", "yes"), ("clicks", "no")):
        form = way.page.locator(f"form:has([name=purpose][value={purpose}])")
        form.locator(f"[name=answer][value={said}]").click()
    way.note("preferences-answered")
    answers = way.house.query(SAID, way.mailbox.address)
    assert answers == [("opens", "granted"), ("clicks", "refused")]


def move(way: Way) -> None:
    page, old = way.page, way.mailbox.address
    new = old.replace("@", ".new@")
    preferences = page.url
    way.page.locator("[name=email]").fill("ida@example")
    way.press("form[action$='/address'] button")
    page.wait_for_url("**wrong=1#address")
    way.note("preferences-no-address")
    way.page.locator("[name=email]").fill(new)
    way.press("form[action$='/address'] button")
    page.wait_for_url("**moving=1#address")
    way.note("preferences-moving")
    page.goto(way.house.address + way.mailbox.link("move"))
    way.read_mail("ask-to-move")
    way.note("ask-to-move")
    way.press("form button")
    way.note("move-agreed")
    way.mailbox = Mailbox(way.house, new)
    page.goto(way.house.address + way.mailbox.link("move"))
    way.read_mail("move")
    way.note("move")
    assert way.on_lists() == 0
    way.press("form button")
    way.note("moved")
    assert way.on_lists() == 1
    page.goto(way.house.address + "/move/broken/")
    way.note("move-expired")
    stacks.until(lambda: len(way.house.query(MAILS, old)) >= 4, "the old address is told")
    way.read_mail("moved", old)
    page.goto(preferences)


def leave(way: Way) -> None:
    page = way.page
    page.goto(way.leaving)
    way.note("leave")
    assert way.on_lists() == 1
    way.press("form button.btn-primary")
    way.note("left")
    assert way.on_lists() == 0
    page.locator("[name=why]").first.check()
    way.press("form[action$='/why'] button")
    expect(page.locator("[name=why]").first).to_be_checked()
    way.note("left-told")
    way.press("form[action$='/undo'] button")
    assert way.on_lists() == 1
    way.note("came-back")
    way.press("main a[href*='/p/']")
    way.press("form[action$='/stop'] button")
    way.note("stopped")
    assert way.house.query(STOPPED, way.mailbox.address) == [("unsubscribed_all",)]
    way.press("form[action$='/undo'] button")
    assert way.house.query(STOPPED, way.mailbox.address) == []
    assert way.on_lists() == 1
    way.press("main a[href*='/p/']")


def see(way: Way, folder: Path) -> None:
    page = way.page
    way.press("main a[href$='/kept/']")
    expect(page.get_by_text(way.mailbox.address)).to_have_count(0)
    way.note("kept")
    way.press("form button")
    page.wait_for_url("**mailed=1")
    way.note("kept-mailed")
    kept = way.house.address + way.mailbox.link("kept")
    way.read_mail("kept")
    page.goto(kept)
    expect(page.get_by_text(way.mailbox.address).first).to_be_visible()
    way.note("everything")
    with page.expect_download() as started:
        way.press("main a[download]")
    started.value.save_as(folder / "mine.json")
    told = json.loads((folder / "mine.json").read_text())
    assert told["profile"][0]["email"] == way.mailbox.address
    answers = {one["purpose"]: one["state"] for one in told["answers"]}
    assert answers == {"mail": "granted", "opens": "granted", "clicks": "refused"}
    way.press("main a[href*='#recorded']")
    way.press("form:has([name=purpose][value=opens]) [name=answer][value=no]")
    way.note("preferences-stopped")
    assert way.house.query(SAID, way.mailbox.address)[-1] == ("opens", "withdrawn")
    page.goto(kept)


def be_erased(way: Way) -> None:
    page = way.page
    preferences = page.locator("main a[href*='/p/']").get_attribute("href") or ""
    way.press("main a[href$='/erase/']")
    way.note("erase")
    way.press("form button.btn-danger")
    way.note("erased")
    for table in ("audience_contact", "audience_signup", "sending_inboxmail"):
        sql = f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0"
        assert way.house.query(sql, way.mailbox.address) == [(0,)]
    page.goto(way.house.address + preferences)
    way.note("nobody")
    page.goto(way.house.address + "/join/confirm/broken/")
    way.note("confirm-expired")


def untranslated(texts: set[str], language: str) -> set[str]:
    """Return those that neither people wrote nor both languages share."""
    names = re.compile(rf"{LIST}|{MORE}|{WELCOME}|{SENDER}|^Ida$|https?://|UTC$|^E-mail: @ → @$")
    return {text for text in texts - spoken.alike(language) if not names.search(text)}
