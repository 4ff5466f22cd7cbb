"""From the answer of a person to what is counted: real mails, the real front, a real drainer.

What readers are promised whatever they answer is in `test_promises.py`.
"""

import base64

import pytest

from campaigns.audience import consent
from campaigns.audience.models import Consent, ConsentEntry, Contact, Purpose
from campaigns.sending import launch
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import launching
from tests import world
from tests.sending.measured import drain, of_people
from tests.tracking.agents_met import GMAIL_PREFETCH
from tracking.models import CampaignCount, Event, PeopleCount

pytestmark = pytest.mark.django_db(transaction=True)

EVIDENCE = consent.Evidence(ConsentEntry.Source.PREFERENCES)
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
def test_no_token_passes_for_another_mode(mailing, settings, mode):
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


def test_nothing_is_left_with_the_reader(mailing):
    letter = mailing(("granted", "granted"))["granted-granted"]
    for answer in (letter.open(), letter.click()):
        assert {"Set-Cookie", "ETag", "Last-Modified"}.isdisjoint(answer)
        assert "no-store" in answer["Cache-Control"]


def test_machines_and_head_make_no_people(mailing, settings):
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


def test_a_small_audience_is_measured_only_as_each_person_agreed(draft):
    draft.workspace.policy = "opt_out"
    draft.workspace.save(update_fields=["policy"])
    on = draft.lists.get()
    for opens, clicks in (("granted", "unknown"), ("unknown", "granted"), ("unknown", "")):
        world.make_contact(draft.workspace, on=on, measuring=opens, measuring_clicks=clicks)
    told = {"opens": 1, "clicks": 1, "aggregate": 1}
    assert launching.audience_modes(draft, minimum=10) == told
    assert launch.launch(draft) and launch.prepare(draft.pk)
    found = Delivery.objects.order_by("contact_id").values_list("mode", "click_mode")
    assert list(found) == [
        ("individual", "aggregate"),
        ("aggregate", "individual"),
        ("aggregate", ""),
    ]
