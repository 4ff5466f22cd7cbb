"""Whoever is erased is gone from every table, and the counts stay what they were."""

from __future__ import annotations

import pytest
from django.urls import reverse

from campaigns.accounts.models import AuditEntry
from campaigns.audience import addresses, consent, suppression, tokens
from campaigns.audience.consent import Evidence
from campaigns.audience.models import (
    Contact,
    Import,
    ImportRemark,
    Merger,
    SignUp,
    SignUpForm,
    Suppression,
)
from campaigns.audience.sign_ups import signing_up
from campaigns.privacy import links
from campaigns.privacy.erasing import erase
from campaigns.sending import claiming, facts
from campaigns.sending.inbox import arriving, store
from campaigns.sending.models import Alarm, Delivery, ProviderEvent, Reckoning, TestGroup
from campaigns.sending.querysets.results import Result
from tests import world
from tests.privacy.everywhere import places
from tests.reports.scene import Scene
from tests.sending import stage
from tracking.models import Engagement, Event

pytestmark = pytest.mark.django_db

EMAIL = "Rosalind.Quux@own-domain-of-hers.example"


@pytest.fixture
def scene(workspace, sender, tmp_path):
    """Rosalind and Ben got a campaign; she opened it, and it is all over the house."""
    made = Scene(workspace, sender, tmp_path / "scene", granted=2)
    rosalind = made.people[0]
    rosalind.email, rosalind.email_key = EMAIL, EMAIL.lower()
    rosalind.first_name = "Rosalind"
    rosalind.save()
    mine = Delivery.objects.filter(pk=made.delivery(0).pk)
    mine.update(
        address=EMAIL,
        address_key=EMAIL.lower(),
        domain="own-domain-of-hers.example",
        reason="250 2.1.5 Recipient rosalind.quux ok",
    )
    ProviderEvent.objects.create(
        workspace=workspace,
        delivery=mine.get(),
        provider="mailgun",
        event_key=f"1:{EMAIL}",
        kind="delivered",
        description=f"accepted for <{EMAIL}>",
        at=made.sent_at,
    )
    mail = f"To: {EMAIL}\nSubject: x\n\nHello {EMAIL}".encode()
    store.insert([arriving.read(workspace.pk, "a@b.example", [EMAIL], mail)])
    file = Import.objects.create(workspace=workspace, list=world.make_list(workspace))
    ImportRemark.objects.create(
        workspace=workspace, of=file, line=3, reason=f"{EMAIL} is odd", cells=[EMAIL, "Rosalind"]
    )
    consent.refuse(made.people[1], Evidence("preferences", notice="May we?"))
    made.opens(0)
    made.clicks(0)
    made.drain()
    return made


def test_no_table_knows_the_address_or_its_owner_any_more(scene):
    before = places(EMAIL)
    assert {
        "audience_contact",
        "audience_importremark",
        "sending_delivery",
        "sending_inboxmail",
        "sending_providerevent",
    } <= before.keys()
    erase([scene.people[0].pk])
    for trace in (EMAIL, "rosalind", "quux", "own-domain-of-hers"):
        assert places(trace) == {}
    assert not Event.objects.filter(contact_id=scene.people[0].pk).exists()
    assert not Engagement.objects.filter(contact_id=scene.people[0].pk).exists()


def test_counts_stay_what_they_were(scene):
    before = stage.states(scene.campaign)
    erase([scene.people[0].pk])
    assert stage.states(scene.campaign) == before
    assert ProviderEvent.objects.count() == 1


def test_others_are_left_alone(scene):
    row = Delivery.objects.get(pk=scene.delivery(1).pk)
    erase([scene.people[0].pk])
    left = Delivery.objects.get(pk=row.pk)
    assert (left.address, left.contact_id, left.domain) == (row.address, row.contact_id, row.domain)
    assert Contact.objects.filter(pk=scene.people[1].pk).exists()


def test_twice_is_as_good_as_once(scene):
    pk = scene.people[0].pk
    erase([pk])
    erase([pk])
    assert places(EMAIL) == {}


def test_a_hash_stays_that_no_member_lifts(scene, alice):
    suppression.suppress(
        scene.workspace.pk, [scene.people[0].fingerprint], "soft_bounces", note="Ann"
    )
    erase([scene.people[0].pk])
    found = Suppression.objects.get()
    assert (found.reason, found.source, found.note) == ("erased", "erasure", "")
    alice.post(reverse("audience:lift_suppression"), {"entry": EMAIL, "why": "They asked"})
    assert Suppression.objects.filter(pk=found.pk).exists()


def test_what_was_remembered_of_servers_words_goes_where_it_quotes_them(scene, sender):
    """Nobody counts a campaign that is over again by itself, so it would stand there for good."""
    words = f"550 5.1.1 <{EMAIL}>: no such user"
    other = world.make_campaign(scene.workspace)
    for campaign, said in ((scene.campaign, words), (other, "552 mailbox full")):
        answers, returns = [[550, "5.1.1", said, 1]], [[said, 1]]
        Reckoning.objects.create(
            campaign=campaign, took=1, rows=[], answers=answers, returns=returns, is_doubted=False
        )
        Alarm.objects.create(campaign=campaign, cause=Alarm.Cause.REFUSALS, words=said)
    erase([scene.people[0].pk])
    assert places(EMAIL) == {}
    assert Reckoning.objects.get(campaign=scene.campaign).is_doubted
    left = Reckoning.objects.get(campaign=other)
    assert (left.returns, left.is_doubted) == ([["552 mailbox full", 1]], False)
    assert Alarm.objects.get(campaign=other).words == "552 mailbox full"


def people_of(campaign):
    return list(Contact.objects.filter(deliveries__campaign=campaign).values_list("pk", flat=True))


def test_what_waits_is_cancelled_and_what_is_claimed_loses_its_claim(workspace):
    campaign = stage.make_sending(workspace, people=3)
    ann, _ben, cy = Delivery.objects.filter(campaign=campaign).order_by("pk")
    Delivery.objects.filter(pk=cy.pk).update(state="sent", next_at=None)
    claim = claiming.Claim(campaign.pk, limit=1)
    [held] = claim.rows
    assert held.id == ann.pk
    erase(people_of(campaign))
    assert stage.states(campaign) == {"cancelled": 2, "sent": 1}
    assert set(Delivery.objects.values_list("address", "domain")) == {("", "")}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_mailed_after_it(workspace):
    campaign = stage.make_sending(workspace, people=2)
    claim = claiming.Claim(campaign.pk, limit=2)
    erase(people_of(campaign))
    assert claim.intend(claim.rows) == []
    claim.give_back()
    assert stage.states(campaign) == {"cancelled": 2}


@pytest.mark.django_db(transaction=True)
def test_a_mail_on_its_way_is_counted_and_not_tried_again(workspace):
    campaign = stage.make_sending(workspace, people=1)
    claim = claiming.Claim(campaign.pk, limit=1)
    [row] = claim.intend(claim.rows)
    erase(people_of(campaign))
    assert stage.states(campaign) == {"sending": 1}
    claim.note([Result(row.id, "pending", 451, "4.3.0", "later")])
    claim.settle()
    later = claiming.Claim(campaign.pk, limit=1)
    assert later.intend(later.rows) == []
    assert stage.states(campaign).keys() <= {"suppressed"}


def test_a_provider_that_tells_later_is_counted_and_tells_no_address(scene):
    erase([scene.people[0].pk])
    row = Delivery.objects.get(pk=scene.delivery(0).pk)
    told = facts.Told(
        delivery=row,
        source="mailgun",
        key="2",
        kind="complained",
        at=scene.sent_at,
        words=f"<{EMAIL}> complained",
    )
    facts.take_in(told)
    row.refresh_from_db()
    assert row.complained_at == scene.sent_at
    assert places(EMAIL) == {}
    assert Suppression.objects.count() == 1


def test_the_recipient_erases_by_the_link_that_was_mailed(client, scene):
    path = reverse("privacy:erase_me", args=[links.seal(scene.people[0])])
    page = client.get(path)
    assert "keyed hash" in page.text
    assert Contact.objects.filter(pk=scene.people[0].pk).exists()
    done = client.post(path)
    assert "You are erased" in done.text
    assert done["Referrer-Policy"] == "no-referrer"
    assert places(EMAIL) == {}
    assert "You are erased" in client.get(path).text


def test_the_link_in_a_mail_alone_erases_nobody(client, scene):
    row = scene.delivery(0)
    token = tokens.unsubscribe_token(row.contact_id, row.campaign_id, row.pk)
    assert client.post(reverse("privacy:erase_me", args=[token])).status_code == 404
    assert Contact.objects.filter(pk=row.contact_id).exists()


def test_a_member_erases_and_it_is_on_record_without_the_address(alice, scene):
    path = reverse("privacy:erase_contact", args=[scene.people[0].pk])
    assert path in alice.get(reverse("audience:contact", args=[scene.people[0].pk])).text
    assert "cannot be undone" in alice.get(path).text
    alice.post(path)
    entry = AuditEntry.objects.get(action="contact_erased")
    assert entry.details == {"contact": scene.people[0].pk}
    assert places(EMAIL) == {}


def test_an_address_in_another_spelling_leaves_the_groups_of_test_mails(workspace):
    email = "anna@blumen-müller.example"
    anna = world.make_contact(workspace, email=email, email_key=addresses.key(email))
    written = ["Anna@Blumen-Müller.example", "ben@example.com"]
    group = TestGroup.objects.create(workspace=workspace, name="Editors", addresses=written)
    erase([anna.pk])
    group.refresh_from_db()
    assert group.addresses == ["ben@example.com"]


def test_an_address_that_they_had_before_leaves_the_groups_of_test_mails(workspace):
    anna = world.make_contact(workspace)
    email = "first@former-quux.example"
    Merger.objects.create(merged_id=anna.pk + 1, workspace=workspace, contact=anna, email=email)
    TestGroup.objects.create(workspace=workspace, name="Editors", addresses=[email])
    erase([anna.pk])
    assert places("former-quux") == {}


def test_another_workspace_keeps_its_test_groups_and_its_sign_ups(workspace):
    elsewhere = world.make_workspace()
    anna = world.make_contact(workspace)
    group = TestGroup.objects.create(workspace=elsewhere, name="Editors", addresses=[anna.email])
    form = SignUpForm.objects.create(
        workspace=elsewhere, list=world.make_list(elsewhere), key="theirs"
    )
    theirs = signing_up.ask(form, signing_up.Asked(anna.email))
    erase([anna.pk])
    group.refresh_from_db()
    assert group.addresses == [anna.email]
    assert SignUp.objects.filter(pk=theirs).exists()
