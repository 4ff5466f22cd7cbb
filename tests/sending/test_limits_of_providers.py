"""Limits hold whoever takes the mails; a provider has limits of its own; judgements stay apart."""

import threading

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts import stand_ins
from campaigns.accounts.models import AuditEntry, Provider
from campaigns.sending import standing_in, transport
from campaigns.sending.models import Acquaintance, Throttle
from campaigns.sending.outcomes import TransportError
from campaigns.sending.pacing import easing, ramps
from campaigns.sending.pacing.gates import Brakes
from campaigns.sending.querysets import throttling
from tests import world
from tests.sending import stage
from tests.sending.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = 3600


@pytest.fixture
def second(settings):
    """The mail server of whoever stands in."""
    with Sink() as server:
        yield server


@pytest.fixture
def stand_in(draft, second) -> Provider:
    provider = stage.make_smtp_sender(draft.workspace, second.port).provider
    stand_ins.put_in_order(draft.sender, [provider])
    Acquaintance.objects.create(sender=draft.sender, provider=provider, met_at=timezone.now())
    return provider


def fail(campaign):
    """Its own provider refuses our key."""
    refused = TransportError("no", lasting=True)
    assert standing_in.hand_on(campaign.sender, campaign.sender.provider, refused)


def is_well_again(campaign):
    campaign.sender.provider.cooldown.delete()


def begin(campaign, people=30):
    stage.make_many(campaign.workspace, campaign.lists.get(), people)
    stage.go(campaign)


def test_a_senders_limit_is_one_whoever_takes_its_mails(draft, sink, second, stand_in):
    throttling.set_limit(draft.sender_id, mailbox="", kind="limit", period=HOUR, most=10)
    begin(draft)
    throttling.take(draft.sender_id, {"other": 4}, provider_id=draft.sender.provider_id)
    fail(draft)
    transport.work(draft.pk, seconds=10)
    assert (len(sink.taken), len(second.taken)) == (0, 6)


def test_a_warm_up_goes_on_at_who_stands_in(draft, sink, second, stand_in):
    ramps.begin(draft.sender)
    begin(draft, people=60)
    fail(draft)
    transport.work(draft.pk, seconds=10)
    assert (len(sink.taken), len(second.taken)) == (0, ramps.STEPS[0])


def test_a_providers_limit_holds_what_it_takes_and_nothing_else(draft, sink, second, stand_in):
    throttling.set_provider_limit(stand_in.pk, period=HOUR, most=7)
    begin(draft)
    fail(draft)
    assert transport.work(draft.pk, seconds=10) is False
    assert (len(sink.taken), len(second.taken)) == (0, 7)
    is_well_again(draft)
    draft.deliveries.pending().update(next_at="2020-01-01T00:00Z")
    stage.send(draft)
    assert draft.status == "sent"
    assert (len(sink.taken), len(second.taken)) == (23, 7)


def test_a_providers_limit_is_shared_by_its_senders(draft, workspace):
    provider = draft.sender.provider
    other = world.make_sender(workspace, provider=provider)
    throttling.set_provider_limit(provider.pk, period=HOUR, most=10)
    first = throttling.take(draft.sender_id, {"other": 7}, provider_id=provider.pk)
    then = throttling.take(other.pk, {"other": 7}, provider_id=provider.pk)
    assert (first.granted, then.granted) == ({"other": 7}, {"other": 3})


def test_a_full_provider_is_no_reason_for_another_to_take_over(draft, sink, second, stand_in):
    throttling.set_provider_limit(draft.sender.provider_id, period=HOUR, most=5)
    begin(draft)
    transport.work(draft.pk, seconds=10)
    assert (len(sink.taken), len(second.taken)) == (5, 0)


def test_who_asked_one_provider_to_slow_down_did_not_ask_the_other(draft, stand_in):
    own = draft.sender.provider_id
    easing.ease(draft.sender_id, "gmail", per_minute=400, provider_id=own)
    easing.ease(draft.sender_id, "gmail", per_minute=100, provider_id=stand_in.pk)
    found = [
        {limit.mailbox: limit.most for limit in throttling.look(draft.sender_id, provider_id=pk)}
        for pk in (own, stand_in.pk)
    ]
    assert found == [{"gmail": 200}, {"gmail": 50}]
    throttling.add_back(draft.sender_id, {"gmail": 50}, provider_id=stand_in.pk)
    assert {row.provider_id: row.most for row in Throttle.objects.all()} == {
        own: 200,
        stand_in.pk: 55,
    }


def test_a_worker_of_the_stand_in_does_not_ask_for_what_holds_the_other(draft, stand_in):
    easing.ease(draft.sender_id, "gmail", per_minute=4, provider_id=draft.sender.provider_id)
    assert not Brakes(draft, stand_in.pk, threading.Event()).throttled
    assert Brakes(draft, draft.sender.provider_id, threading.Event()).throttled


def test_a_limit_is_somebodys():
    with pytest.raises(IntegrityError), transaction.atomic():
        Throttle.objects.create(kind="limit", period=1, most=1)


def test_an_owner_sets_a_providers_limits_and_the_campaign_says_whose_they_are(draft, alice):
    provider = draft.sender.provider
    address = reverse("sending:provider_pace", args=[provider.pk])
    assert address in alice.get(reverse("accounts:edit_provider", args=[provider.pk])).text
    assert alice.post(address, {"per_day": "3"}).url == address
    assert alice.post(address, {"per_day": "0"}).status_code == 422
    assert AuditEntry.objects.get().details == {"provider": provider.pk, "fields": ["per_day"]}
    begin(draft, people=5)
    transport.work(draft.pk, seconds=10)
    assert "3 of 3 used" in alice.get(address).text
    page = alice.get(reverse("sending:campaign", args=[draft.pk])).text
    assert "limit: 3 a day, all senders together" in page
    alice.post(address, {"per_day": ""})
    assert not Throttle.objects.exists()


def test_others_do_not_touch_a_providers_limits(draft, stranger, client):
    address = reverse("sending:provider_pace", args=[draft.sender.provider_id])
    assert stranger.get(address).status_code == 404
    client.force_login(world.make_member(draft.workspace, role="marketer"))
    assert client.post(address, {"per_day": "3"}).status_code == 403
