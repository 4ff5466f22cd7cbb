"""Two contacts become one person: a campaign's counts stay, and nobody gets it twice."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from campaigns.audience import consent, tokens
from campaigns.audience.consent import Evidence
from campaigns.audience.models import Contact, Subscription, Suppression, Unsubscription
from campaigns.composing.models import Campaign
from campaigns.privacy.erasing import erase
from campaigns.reports import story
from campaigns.sending import facts
from campaigns.sending.models import Delivery, SecondDelivery
from campaigns.sending.querysets import again, joining, launching, moves
from tests import world
from tests.audience.duplicates.pairs import unite
from tests.privacy.everywhere import places
from tests.reports.scene import Scene
from tests.sending import stage
from tests.sending.claims import claim, claim_and_intend
from tracking.models import Engagement, Event, PeopleCount

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(workspace, sender, tmp_path):
    """Both got the campaign, and opened it."""
    made = Scene(workspace, sender, tmp_path / "scene", granted=2)
    made.opens(0)
    made.opens(1)
    made.drain()
    return made


def sending_to(workspace, *states, said="granted"):
    """A campaign to Ann and to Ann once more, whose deliveries are in these states."""
    news = world.make_list(workspace)
    campaign = world.make_campaign(workspace, lists=[news], status=Campaign.Status.SENDING)
    people = []
    for number, state in enumerate(states):
        person = world.make_contact(workspace, news, email=f"ann{number}@x.org", measuring=said)
        if state:
            stage.make_delivery(campaign, person, state=state)
        people.append(person)
    return campaign, *people


def test_counts_of_a_campaign_that_both_got_stay_and_the_story_tells_both(scene, member):
    kept, gone = scene.people
    before = stage.states(scene.campaign), PeopleCount.objects.values_list().get()
    unite(kept, gone, member)
    assert (stage.states(scene.campaign), PeopleCount.objects.values_list().get()) == before
    assert set(Event.objects.values_list("contact_id", flat=True)) == {kept.pk}
    assert set(Engagement.objects.values_list("contact_id", flat=True)) == {kept.pk}
    told = [moment.text for moment in story.of(kept)]
    assert told.count("Was sent") == told.count("Opened") == 2


def test_tokens_of_mails_that_are_out_are_the_kept_persons(scene, member, client):
    kept, gone = scene.people
    second = scene.delivery(1)
    token = tokens.unsubscribe_token(gone.pk, second.campaign_id, second.pk)
    unite(kept, gone, member)
    scene.clicks(1)
    scene.drain()
    assert Event.objects.get(kind="click").contact_id == kept.pk
    page = client.get(reverse("audience:preferences", args=[token]))
    assert page.status_code == 200 and "granted0" not in page.text
    client.post(reverse("audience:one_click", args=[token]))
    assert not Subscription.objects.subscribed().exists()
    assert Unsubscription.objects.get().contact == kept


def test_who_withdraws_afterwards_is_not_measured_by_the_others_mails_either(scene, member):
    kept, gone = scene.people
    unite(kept, gone, member)
    consent.refuse(kept, Evidence("preferences"))
    scene.clicks(0)
    scene.clicks(1)
    scene.drain()
    assert not Event.objects.exists() and not Engagement.objects.exists()


@pytest.mark.parametrize("no", ["mine", "theirs"])
def test_what_was_recorded_goes_when_the_other_had_said_no(scene, member, no):
    kept, gone = scene.people
    consent.refuse(kept if no == "mine" else gone, Evidence("preferences"))
    unite(kept, gone, member)
    scene.clicks(0)
    scene.clicks(1)
    scene.drain()
    assert not Event.objects.exists() and not Engagement.objects.exists()
    assert PeopleCount.objects.get().openers_sure == 2


def test_nobody_is_sent_one_campaign_twice(workspace, member):
    campaign, kept, gone = sending_to(workspace, "pending", "pending")
    _token, [held] = claim(campaign, 1)
    unite(kept, gone, member)
    rows = Delivery.objects.order_by("pk").values_list("address", "state", "contact")
    assert sorted(rows) == [
        ("ann0@x.org", "pending", kept.pk),
        ("ann1@x.org", "cancelled", None),
    ]
    assert Delivery.objects.get(pk=held.id).claim_token is None


@pytest.mark.parametrize("state", ["sending", "sent", "unknown"])
def test_who_has_it_at_the_other_address_or_may_have_it_gets_no_second(workspace, member, state):
    _campaign, kept, gone = sending_to(workspace, "pending", "sent")
    held = {"claim_token": uuid.uuid4(), "sending_at": moves.now()}
    stage.become(Delivery.objects.filter(contact=gone), state, **held)
    unite(kept, gone, member)
    rows = Delivery.objects.order_by("pk").values_list("address", "state", "next_at")
    assert sorted(rows) == [("ann0@x.org", "cancelled", None), ("ann1@x.org", state, None)]


def test_who_could_not_be_reached_at_the_other_address_gets_it_at_the_one_kept(workspace, member):
    campaign, kept, gone = sending_to(workspace, "pending", "sent")
    Delivery.objects.filter(contact=gone).update(hard_bounced_at=moves.now())
    unite(kept, gone, member)
    _token, [claimed] = claim(campaign)
    assert claimed.address == kept.email


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", ["failed", "expired", "cancelled", "suppressed"])
def test_who_did_not_get_it_at_the_other_address_gets_it_at_the_one_kept(workspace, member, state):
    campaign, kept, gone = sending_to(workspace, "pending", "sent")
    stage.become(Delivery.objects.filter(contact=gone), state, claim_token=None)
    unite(kept, gone, member)
    _token, intended = claim_and_intend(campaign)
    assert intended == [Delivery.objects.get(contact=kept).pk]


def test_what_waits_for_the_other_goes_to_the_address_that_is_kept(workspace, member):
    campaign, kept, gone = sending_to(workspace, "", "pending")
    unite(kept, gone, member)
    row = Delivery.objects.get()
    assert (row.address, row.address_key, row.domain) == ("ann0@x.org", "ann0@x.org", "x.org")
    assert (row.contact_id, row.state) == (kept.pk, "pending")
    assert joining.count(campaign) == 0


@pytest.mark.parametrize(
    ("mine", "theirs", "may"),
    [
        ("granted", "granted", ("individual", "")),
        ("granted", "unknown", ("aggregate", "")),
        ("granted", "withdrawn", ("none", "")),
    ],
)
def test_what_waits_records_no_more_than_both_agreed_to(workspace, member, mine, theirs, may):
    campaign, kept, gone = sending_to(workspace, "pending", "", said=mine)
    Contact.objects.filter(pk=gone.pk).update(measuring=theirs)
    unite(kept, gone, member)
    _token, [claimed] = claim(campaign)
    assert (claimed.mode, claimed.click_mode) == may


def test_what_waits_records_nothing_of_who_said_no_since_the_launch(workspace, member):
    campaign, kept, gone = sending_to(workspace, "", "pending")
    Contact.objects.filter(pk=gone.pk).update(consent_epoch=1)
    unite(kept, gone, member)
    _token, [claimed] = claim(campaign)
    assert (claimed.mode, claimed.click_mode) == ("none", "")


def test_what_was_sent_keeps_its_address_and_what_is_sent_again_does_not(workspace, member):
    campaign, kept, gone = sending_to(workspace, "", "unknown")
    unite(kept, gone, member)
    assert Delivery.objects.get().address == "ann1@x.org"
    assert again.resend(campaign.pk, as_of=moves.now(), after=0)[0] == 1
    row = Delivery.objects.get()
    assert (row.state, row.address, row.domain) == ("pending", "ann0@x.org", "x.org")


def test_a_complaint_about_a_mail_to_either_address_stops_the_person(workspace, member):
    _campaign, kept, gone = sending_to(workspace, "sent", "sent")
    mine = gone.deliveries.get()
    unite(kept, gone, member)
    facts._complain(Delivery.objects.get(pk=mine.pk))
    prints = {bytes(one.fingerprint) for one in Suppression.objects.all()}
    assert prints == {bytes(kept.fingerprint), bytes(gone.fingerprint)}


def test_erasing_the_person_takes_both_addresses_out_of_every_table(scene, member):
    kept, gone = scene.people
    unite(kept, gone, member)
    assert SecondDelivery.objects.get().contact == kept
    erase([kept.pk])
    for email in (kept.email, gone.email):
        assert places(email) == {}
    assert Suppression.objects.filter(reason=Suppression.Reason.ERASED).count() == 2
    scene.clicks(1)
    scene.drain()
    assert not Event.objects.exists()


@pytest.mark.parametrize("bounced", [False, True])
def test_who_came_back_to_a_list_and_has_it_at_the_other_address_gets_no_second(
    workspace, member, bounced
):
    campaign, kept, gone = sending_to(workspace, "suppressed", "sent")
    if bounced:
        Delivery.objects.filter(contact=gone).update(hard_bounced_at=moves.now())
    unite(kept, gone, member)
    assert joining.count(campaign) == bounced
    assert joining.take_back(campaign.pk, limit=10) == bounced


@pytest.mark.django_db(transaction=True)
def test_a_second_chance_reaches_nobody_who_has_it_at_the_other_address(workspace, member):
    campaign, kept, gone = sending_to(workspace, "unknown", "sent")
    unite(kept, gone, member)
    assert again.resend(campaign.pk, as_of=moves.now(), after=0)[0] == 1
    assert claim_and_intend(campaign)[1] == []


def test_a_launch_that_fails_forgets_second_deliveries_too(workspace, member):
    campaign, kept, gone = sending_to(workspace, "pending", "pending")
    unite(kept, gone, member)
    launching.forget(campaign.pk)
    assert not Delivery.objects.exists() and not SecondDelivery.objects.exists()
