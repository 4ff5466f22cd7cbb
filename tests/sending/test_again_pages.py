"""Giving another chance, as a member does it: told how many and what it means, then once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.composing import freezing
from campaigns.composing.models import Campaign
from campaigns.sending import steering, tasks
from campaigns.sending.models import Delivery
from tests import world
from tests.sending import stage
from tracking.models import Engagement

pytestmark = pytest.mark.django_db

PAGES = ["retry", "unconfirmed", "joined", "remind"]
SAID = [
    {"state": "expired", "code": 452, "enhanced_code": "4.2.2", "reason": "mailbox full"},
    {"state": "failed", "code": 550, "enhanced_code": "5.1.1", "reason": "<b>no such user</b>"},
    {"state": "failed", "code": 550, "enhanced_code": "5.1.1", "reason": "<b>no such user</b>"},
    {"state": "unknown", "reason": "the worker stopped"},
]


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    """The doorbells that were rung, in place of a broker."""
    heard: list[int] = []
    monkeypatch.setattr(tasks, "ring_send", heard.append)
    return heard


@pytest.fixture
def campaign(draft, handed_over):
    """A campaign that was sent to eight people: one given up, two refused, one not confirmed."""
    people = stage.make_people(draft.workspace, draft.lists.get(), 8, measuring="granted")
    for contact, said in zip(people, [*SAID, *[{"state": "sent"}] * 4], strict=True):
        stage.make_delivery(draft, contact, **(handed_over | said))
    freezing.freeze(draft)
    now = timezone.now()
    Campaign.objects.update(status="sent", launched_at=now, finished_at=now)
    draft.refresh_from_db()
    return draft


def address(name, campaign):
    return reverse(f"sending:{name}", args=[campaign.pk])


def form_of(page):
    """What a browser would post: hidden fields, and what is checked."""
    values: dict[str, list[str]] = {}
    for field in re.findall(r"<input [^>]*>", page):
        said = dict(re.findall(r'(\w+)="([^"]*)"', field))
        if said["type"] == "hidden" or " checked" in field:
            values.setdefault(said["name"], []).append(said["value"])
    return values


def test_the_campaign_says_why_mails_did_not_arrive_and_what_to_do(alice, campaign):
    page = alice.get(address("campaign", campaign)).text
    assert "2 × The mailbox does not exist" in page
    assert "Trying again changes nothing." in page
    assert "1 × The mailbox is full" in page
    assert "tried again and again, then given up" in page
    assert "<code>452 4.2.2</code> “mailbox full”" in page
    assert "1 mail is not confirmed" in page
    for name in PAGES:
        assert address(name, campaign) in page


def test_the_words_of_a_server_are_text(alice, campaign):
    for name in ("campaign", "retry"):
        page = alice.get(address(name, campaign)).text
        assert "&lt;b&gt;no such user&lt;/b&gt;" in page
        assert "<b>no such user" not in page


def test_a_retry_offers_what_may_end_differently_and_does_it_once(alice, campaign, rings):
    posted = form_of(alice.get(address("retry", campaign)).text)
    assert posted["keys"] == ["full expired 452 4.2.2"]
    for _ in range(2):
        answer = alice.post(address("retry", campaign), posted)
        assert answer.url == address("campaign", campaign)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SENDING
    assert stage.states(campaign) == {"sent": 4, "pending": 1, "failed": 2, "unknown": 1}
    assert rings == [campaign.pk]
    [entry] = AuditEntry.objects.filter(action="failed_retried")
    assert entry.details == {"campaign": campaign.pk, "deliveries": 1}


def test_a_reason_that_is_chosen_is_retried_too(alice, campaign):
    page = alice.get(address("retry", campaign)).text
    posted = form_of(page) | {"keys": ["no_mailbox failed 550 5.1.1"]}
    alice.post(address("retry", campaign), posted)
    assert stage.states(campaign) == {"sent": 4, "pending": 2, "expired": 1, "unknown": 1}


def test_choosing_nothing_says_so_and_does_nothing(alice, campaign):
    posted = form_of(alice.get(address("retry", campaign)).text) | {"keys": []}
    answer = alice.post(address("retry", campaign), posted)
    assert answer.status_code == 422
    assert "Choose at least one reason." in answer.text
    assert stage.states(campaign)["expired"] == 1


def test_a_retry_after_editing_waits_for_the_member(alice, campaign):
    posted = form_of(alice.get(address("retry", campaign)).text) | {"edit_first": "yes"}
    alice.post(address("retry", campaign), posted)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    page = alice.get(address("campaign", campaign)).text
    assert "so that you can edit it" in page
    assert reverse("composing:edit", args=[campaign.pk]) in page


def test_the_unconfirmed_are_sent_to_again_by_who_was_told(alice, campaign, rings):
    page = alice.get(address("unconfirmed", campaign)).text
    assert "Some people may get it twice" in page
    assert "Send again to 1 person" in page
    for _ in range(2):
        alice.post(address("unconfirmed", campaign), form_of(page))
    assert stage.states(campaign) == {"sent": 4, "pending": 1, "expired": 1, "failed": 2}
    [entry] = AuditEntry.objects.filter(action="unconfirmed_resent")
    assert entry.details == {"campaign": campaign.pk, "deliveries": 1}
    assert rings == [campaign.pk]


def test_a_decision_needs_the_page_it_is_about(alice, campaign):
    for name in ("retry", "unconfirmed"):
        alice.post(address(name, campaign), {"keys": ["full expired 452 4.2.2"]})
    assert stage.states(campaign) == {"sent": 4, "expired": 1, "failed": 2, "unknown": 1}


def test_newcomers_are_counted_before_they_get_it(alice, campaign, rings):
    assert "Nobody joined since" in alice.get(address("joined", campaign)).text
    stage.make_people(campaign.workspace, campaign.lists.get(), 3)
    assert "Send to 3 people now" in alice.get(address("joined", campaign)).text
    for _ in range(2):
        alice.post(address("joined", campaign))
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SENDING
    assert stage.states(campaign)["pending"] == 3
    [entry] = AuditEntry.objects.filter(action="sent_to_joined")
    assert entry.details == {"campaign": campaign.pk, "deliveries": 3}
    assert rings == [campaign.pk]


def test_a_reminder_says_whom_it_leaves_out_and_becomes_a_draft(alice, campaign, rings):
    opened, other, _third, last = Delivery.objects.filter(state="sent").order_by("pk")
    assert opened.contact_id
    Engagement.objects.create(
        workspace_id=campaign.workspace_id,
        campaign_id=campaign.pk,
        delivery_id=opened.pk,
        contact_id=opened.contact_id,
        opens_sure=1,
    )
    last.delete()
    Delivery.objects.filter(pk=other.pk).update(mode="aggregate")
    page = alice.get(address("remind", campaign)).text
    figures = re.findall(r"<dd>(?:<strong[^>]*>)?([\d,]+)", page)
    assert figures == ["3", "1", "1", "0", "1"]
    answer = alice.post(address("remind", campaign), {"subject": "Did you see it?"})
    reminder = Campaign.objects.latest("pk")
    assert answer.url == reverse("composing:edit", args=[reminder.pk])
    assert (reminder.status, reminder.subject) == (Campaign.Status.DRAFT, "Did you see it?")
    assert AuditEntry.objects.filter(action="reminder_drafted").count() == 1
    assert rings == []
    assert campaign.name in alice.get(answer.url).text
    send_page = alice.get(address("confirm", reminder)).text
    assert "Send to 1 person now" in send_page
    assert "known not to have opened it" in send_page


@pytest.mark.parametrize("subject", ["", "Hello"])
def test_a_reminder_needs_another_subject(alice, campaign, subject):
    answer = alice.post(address("remind", campaign), {"subject": subject})
    assert answer.status_code == 422
    assert Campaign.objects.count() == 1


def test_what_to_do_about_the_unconfirmed_is_chosen_before_the_launch(alice, draft):
    world.make_contact(draft.workspace, on=draft.lists.get())
    page = alice.get(address("confirm", draft)).text
    assert "Leave it: nobody gets the mail twice" in page
    assert "some people may get two" in page
    alice.post(address("on_unknown", draft), {"on_unknown": "retry"})
    draft.refresh_from_db()
    assert draft.on_unknown == "retry"
    assert AuditEntry.objects.filter(action="unconfirmed_retry").count() == 1
    alice.post(address("on_unknown", draft), {"on_unknown": "always"})
    draft.refresh_from_db()
    assert draft.on_unknown == "retry"
    Campaign.objects.update(status="sending")
    alice.post(address("on_unknown", draft), {"on_unknown": "hold"})
    draft.refresh_from_db()
    assert draft.on_unknown == "retry"


def test_a_change_while_paused_says_who_got_which_version(alice, campaign):
    stage.become(Delivery.objects.filter(state="expired"), "pending")
    Campaign.objects.update(status="paused", revision=2)
    page = alice.get(address("campaign", campaign)).text
    assert "5 people got the first version." in page
    assert "1 gets the new one when you resume." in page
    campaign.refresh_from_db()
    assert steering.resume(campaign)
    stage.become(Delivery.objects.pending(), "sent", revision=2)
    page = alice.get(address("campaign", campaign)).text
    assert "5 people got the first version." in page
    assert "1 got the new one." in page


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("status", ["sending", "paused", "sent", "cancelled", "draft"])
def test_every_page_says_something_in_every_state(alice, campaign, name, status):
    Campaign.objects.update(status=status)
    assert alice.get(address(name, campaign)).status_code == 200


def test_a_cancelled_campaign_offers_nothing(alice, campaign):
    Campaign.objects.update(status="cancelled")
    page = alice.get(address("campaign", campaign)).text
    assert "2 × The mailbox does not exist" in page
    for name in PAGES:
        assert address(name, campaign) not in page


def test_a_reader_looks_and_decides_nothing(client, campaign):
    client.force_login(world.make_member(campaign.workspace, role="reader"))
    before = stage.states(campaign)
    for name in PAGES:
        assert client.get(address(name, campaign)).status_code == 200
        assert client.post(address(name, campaign)).status_code == 403
    assert stage.states(campaign) == before


def test_what_waits_for_its_next_try_says_when(alice, campaign):
    later = timezone.now() + timedelta(hours=2)
    expired = Delivery.objects.filter(state="expired")
    stage.become(expired, "pending", next_at=later, first_tried_at=timezone.now())
    Campaign.objects.update(status="sending")
    page = alice.get(address("campaign", campaign)).text
    assert "refused for now by the receiving servers" in page
