"""From the answer of a person to what is counted: real mails, the real front, a real drainer.

T1 to T6 of what a mail may tell; T7 and T8 are in `tests/tracking/test_declaring.py`.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import dataclass
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.urls import reverse

from campaigns.accounts.models import AuditEntry
from campaigns.audience import consent
from campaigns.audience.models import Consent, ConsentEntry, Contact, Purpose
from campaigns.composing.models import Campaign
from campaigns.sending import launch, stop_measuring, transport
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage
from tests.tracking.agents_met import CHROME, GMAIL_PREFETCH
from tracking import draining, wsgi
from tracking.models import CampaignCount, Engagement, Event, LinkClicker, PeopleCount

pytestmark = pytest.mark.django_db(transaction=True)

EVIDENCE = consent.Evidence(ConsentEntry.Source.PREFERENCES)
PEOPLE = 12
BODY = "Hello\n\n[Offer](https://shop.example/offer?a=1&b=2) and [more](https://shop.example/more)."


@dataclass
class Letter:
    """A mail as it came in, and its reader's browser."""

    text: str
    app: wsgi.Tracking
    headers: str

    @property
    def pixel(self) -> str:
        found = re.search(r'src="[^"]*(/track/open/[^"]+)"', self.text)
        return found[1] if found else ""

    @property
    def links(self) -> list[str]:
        return [html.unescape(url) for url in re.findall(r'<a\b[^>]*href="([^"]+)"', self.text)]

    @property
    def tracked(self) -> list[str]:
        return [url for url in self.links if "/track/click/" in url]

    def open(self, **headers: str) -> dict[str, str]:
        return self._ask(self.pixel, **headers)

    def click(self, **headers: str) -> dict[str, str]:
        return self._ask(re.sub(r"^https?://[^/]+", "", self.tracked[0]), **headers)

    def _ask(self, path: str, method: str = "GET", **headers: str) -> dict[str, str]:
        assert path, "there is nothing to ask for"
        environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": method}
        setup_testing_defaults(environ)
        environ |= {
            "REMOTE_ADDR": "145.97.20.10",
            "HTTP_USER_AGENT": CHROME,
            "HTTP_ACCEPT_LANGUAGE": "nl",
            "HTTP_SEC_FETCH_MODE": "navigate",
        }
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        told: list[Any] = []
        app: Any = self.app
        list(app(environ, lambda status, head, info=None: told.extend((status, head))))
        return {"Status": told[0], **dict(told[1])}


@pytest.fixture
def mailing(draft, sink, settings):
    """Send a campaign to people who said so about opens and clicks; return their letters."""
    settings.HUMAN_DELAY_SECONDS = 0
    Campaign.objects.filter(pk=draft.pk).update(body=BODY)

    def send(*answers: tuple[str, str]) -> dict[str, Letter]:
        for opens, clicks in answers:
            apart = clicks if clicks != opens else ""
            email = f"{opens}-{clicks}@example.com"
            on = draft.lists.get()
            world.make_contact(
                draft.workspace, on=on, email=email, measuring=opens, measuring_clicks=apart
            )
        stage.make_many(draft.workspace, draft.lists.get(), PEOPLE)
        assert launch.launch(draft) and launch.prepare(draft.pk)
        while transport.work(draft.pk, seconds=20):
            pass
        app = wsgi.application(wsgi.nothing_else)
        return {
            mail.recipient.partition("@")[0]: Letter(
                mail.text.decode().partition("text/html")[2],
                app,
                mail.content.decode().partition("\r\n\r\n")[0],
            )
            for mail in sink.taken
        }

    return send


def drain(settings: Any) -> None:
    draining.drain(settings.SPOOL_DIR)


def of_people() -> list[tuple[str, int | None]]:
    rows = Event.objects.filter(contact_id__isnull=False).order_by("at")
    return list(rows.values_list("kind", "contact_id"))


ANSWERS = [(opens, clicks) for opens in Consent.values for clicks in Consent.values]


def test_each_mail_keeps_to_what_its_person_said(mailing, settings):
    """Both purposes apart, for all answers, under the default policy."""
    letters = mailing(*ANSWERS)
    by_answer = {"granted": "individual", "unknown": "aggregate"}
    for opens, clicks in ANSWERS:
        letter = letters[f"{opens}-{clicks}"]
        assert bool(letter.pixel) is (opens in by_answer), (opens, clicks)
        assert bool(letter.tracked) is (clicks in by_answer), (opens, clicks)
        modes = by_answer.get(opens, "none"), by_answer.get(clicks, "none")
        assert f"X-Tracking: opens={modes[0]}; clicks={modes[1]};" in letter.headers
        if letter.pixel:
            letter.open()
        if letter.tracked:
            letter.click()
    drain(settings)
    ids = dict(Contact.objects.values_list("email", "pk"))
    expected = {("open", ids[f"granted-{other}@example.com"]) for other in Consent.values}
    expected |= {("click", ids[f"{other}-granted@example.com"]) for other in Consent.values}
    assert set(of_people()) == expected
    people = PeopleCount.objects.get()
    # Of who hides opens, a click tells of no open.
    assert (people.openers_sure, people.clickers_sure) == (4, 4)


def test_t1_totals_tell_no_reader_from_another(mailing):
    letters = mailing()
    tracked = {(letter.pixel, *letter.tracked) for letter in letters.values()}
    assert len(letters) == PEOPLE and len(tracked) == 1


def test_t2_without_measuring_a_mail_holds_nothing_of_it(mailing, draft):
    Campaign.objects.filter(pk=draft.pk).update(tracking="none")
    draft.refresh_from_db()
    letters = mailing(("granted", "granted"))
    for letter in letters.values():
        assert "/track/" not in letter.text
        assert letter.links[:2] == [
            "https://shop.example/offer?a=1&b=2",
            "https://shop.example/more",
        ]
        assert "X-Tracking: opens=none; clicks=none;" in letter.headers


@pytest.mark.parametrize("drained_before", [True, False])
def test_t3_withdrawing_reaches_mails_that_are_out(mailing, settings, drained_before):
    """Also hits that are in the spool already when the person withdraws."""
    letters = mailing(("granted", "granted"))
    letter = letters["granted-granted"]
    letter.open(), letter.click()
    if drained_before:
        drain(settings)
        assert len(of_people()) == 2
    ann = Contact.objects.get(email="granted-granted@example.com")
    assert consent.refuse(ann, EVIDENCE)
    assert letter.open()["Status"] == "200 OK"
    assert letter.click()["Location"] == "https://shop.example/offer?a=1&b=2"
    drain(settings)
    assert of_people() == []
    assert not Engagement.objects.exists() and not LinkClicker.objects.exists()
    # Totals name nobody, and stay; nothing was added to them.
    assert PeopleCount.objects.count() == int(drained_before)


def test_withdrawing_one_purpose_leaves_the_other_in_mails_that_are_out(mailing, settings):
    letter = mailing(("granted", "granted"))["granted-granted"]
    letter.open(), letter.click()
    drain(settings)
    ann = Contact.objects.get(email="granted-granted@example.com")
    assert consent.refuse(ann, EVIDENCE, [Purpose.OPENS])
    letter.open(), letter.click()
    drain(settings)
    assert of_people() == [("click", ann.pk), ("click", ann.pk)]


def test_who_agrees_again_is_measured_in_later_mails_alone(mailing, settings):
    letter = mailing(("granted", "granted"))["granted-granted"]
    ann = Contact.objects.get(email="granted-granted@example.com")
    consent.refuse(ann, EVIDENCE)
    consent.grant(ann, EVIDENCE)
    letter.open()
    drain(settings)
    assert of_people() == []


@pytest.mark.parametrize("mode", ["a", "i", "c", "s"])
def test_t4_no_token_passes_for_another_mode(mailing, settings, mode):
    letter = mailing(("granted", "granted"))["granted-granted"]
    token = letter.pixel.removeprefix("/track/open/").removesuffix(".gif")
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    if raw[1:2] == mode.encode():
        return
    raw[1:2] = mode.encode()
    forged = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    assert letter._ask(f"/track/open/{forged}.gif")["Status"] == "200 OK"
    drain(settings)
    assert not Event.objects.exists()


def test_t5_nothing_is_left_with_the_reader(mailing):
    letter = mailing(("granted", "granted"))["granted-granted"]
    for answer in (letter.open(), letter.click()):
        assert {"Set-Cookie", "ETag", "Last-Modified"}.isdisjoint(answer)
        assert "no-store" in answer["Cache-Control"]


def test_t6_machines_and_head_make_no_people(mailing, settings):
    letter = mailing(("granted", "granted"))["granted-granted"]
    letter._ask(letter.pixel, "HEAD")
    letter.open(user_agent=GMAIL_PREFETCH)
    drain(settings)
    people = PeopleCount.objects.get()
    assert (people.openers_sure, people.openers_possible, people.openers_raw) == (0, 0, 1)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("header", ["sec_gpc", "dnt"])
def test_a_browser_that_signals_is_nobody(mailing, settings, header):
    letter = mailing(("granted", "granted"))["granted-granted"]
    answer = letter.click(**{header: "1"})
    assert answer["Location"] == "https://shop.example/offer?a=1&b=2"
    letter.open(**{header: "1"})
    drain(settings)
    assert of_people() == []
    for event in Event.objects.all():
        assert (event.mode, event.delivery_id) == ("aggregate", None)
        assert (event.country, event.device, event.os, event.client) == ("", "", "", "")
        assert (event.at.minute, event.at.second) == (0, 0)
    assert sum(CampaignCount.objects.values_list("clicks", flat=True)) == 1


@pytest.mark.parametrize("erase", [True, False])
def test_a_campaign_that_is_stopped_collects_nothing_from_mails_that_are_out(
    mailing, settings, alice, draft, erase
):
    letters = mailing(("granted", "granted"))
    mine, anybodys = letters["granted-granted"], letters["p1"]
    mine.open(), anybodys.open()
    drain(settings)
    counts = list(CampaignCount.objects.order_by("pk").values())
    page = reverse("sending:stop_measuring", args=[draft.pk])
    assert alice.post(page, {"erase": "yes"} if erase else {}).status_code == 302
    for letter in (mine, anybodys):
        assert letter.open()["Status"] == "200 OK"
        assert letter.click()["Location"] == "https://shop.example/offer?a=1&b=2"
    drain(settings)
    assert list(CampaignCount.objects.order_by("pk").values()) == counts
    assert len(of_people()) == int(not erase)
    entry = AuditEntry.objects.get(action="measuring_stopped")
    assert entry.details == {"campaign": draft.pk, "erased": erase}
    assert "measuring was stopped" in alice.get(reverse("sending:campaign", args=[draft.pk])).text


def test_what_waits_when_a_campaign_is_stopped_goes_out_untracked(draft, sink, settings):
    stage.make_people(draft.workspace, draft.lists.get(), PEOPLE, measuring="granted")
    assert launch.launch(draft) and launch.prepare(draft.pk)
    assert stop_measuring.stop(draft, erase=False)
    while transport.work(draft.pk, seconds=20):
        pass
    assert len(sink.taken) == PEOPLE
    assert all(b"/track/" not in mail.text for mail in sink.taken)
    assert set(Delivery.objects.values_list("mode", "click_mode")) == {("none", "")}


def test_only_who_may_change_a_campaign_stops_its_measuring(draft, stranger, client):
    page = reverse("sending:stop_measuring", args=[draft.pk])
    assert stranger.post(page).status_code == 404
    reader = world.make_member(draft.workspace, role="reader")
    client.force_login(reader)
    assert client.post(page).status_code == 403
    assert client.get(page).status_code in (403, 405)
    draft.refresh_from_db()
    assert draft.measuring_stopped_at is None


def test_a_small_audience_is_measured_only_as_each_person_agreed(draft):
    draft.workspace.policy = "opt_out"
    draft.workspace.save(update_fields=["policy"])
    on = draft.lists.get()
    for opens, clicks in (("granted", "unknown"), ("unknown", "granted"), ("unknown", "")):
        world.make_contact(draft.workspace, on=on, measuring=opens, measuring_clicks=clicks)
    assert launch.launch(draft) and launch.prepare(draft.pk)
    found = Delivery.objects.order_by("contact_id").values_list("mode", "click_mode")
    assert list(found) == [
        ("individual", "aggregate"),
        ("aggregate", "individual"),
        ("aggregate", ""),
    ]


def test_the_campaigns_page_counts_what_was_decided_and_not_what_is_the_rule_now(draft, alice):
    on = draft.lists.get()
    stage.make_people(draft.workspace, on, PEOPLE, measuring="granted")
    world.make_contact(draft.workspace, on=on, measuring="refused", measuring_clicks="granted")
    assert launch.launch(draft) and launch.prepare(draft.pk)
    on.policy, on.tracking = "strict", "none"
    on.save(update_fields=["policy", "tracking"])
    page = alice.get(reverse("sending:campaign", args=[draft.pk])).text
    assert "<strong>12</strong> per person: their opens and clicks" in page
    assert "<strong>1</strong> per person, but only their clicks" in page
    assert "Nothing is recorded" not in page
