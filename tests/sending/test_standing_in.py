"""Who takes over, for which mails, and the way back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.accounts import stand_ins
from campaigns.accounts.models import Provider
from campaigns.composing.models import Campaign
from campaigns.sending import launch, standing_in, steering, transport
from campaigns.sending.mailers import backends
from campaigns.sending.models import Cooldown, Delivery
from campaigns.sending.outcomes import TransportError
from tests import world
from tests.sending import provider_stub
from tests.sending.provider_wires import WIRES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stub(settings, monkeypatch):
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.SEND_CONNECTIONS = 1
    monkeypatch.setattr(backends, "TIMEOUT", (30.0, 2.0))
    with provider_stub.running() as running:
        yield running


def make_provider(workspace, stub, kind):
    provider = Provider(workspace=workspace, name=kind, kind=kind)
    provider.credentials = WIRES[kind].credentials | {WIRES[kind].url: f"{stub.url}/{kind}"}
    provider.save()
    return provider


@pytest.fixture
def campaign(workspace, stub) -> Campaign:
    """From SparkPost, else Mandrill, to three people; nothing is launched."""
    first, second = (make_provider(workspace, stub, kind) for kind in ("sparkpost", "mandrill"))
    sender = world.make_sender(workspace, provider=first)
    stand_ins.put_in_order(sender, [second])
    found = world.make_campaign(workspace, sender=sender, lists=[world.make_list(workspace)])
    for n in range(3):
        world.make_contact(workspace, on=found.lists.get(), email=f"person{n}@example.com")
    return found


def begin(campaign):
    launch.launch(campaign)
    launch.prepare(campaign.pk)


def go_on(campaign):
    while transport.work(campaign.pk, seconds=10):
        pass
    campaign.refresh_from_db()


def break_(stub, kind, answer=None):
    stub.broken[kind] = answer or WIRES[kind].wrong_key


def who(stub):
    return {mail.provider for mail in stub.accepted}


def test_the_next_takes_over_when_the_first_refuses_our_key(campaign, stub):
    break_(stub, "sparkpost")
    begin(campaign)
    go_on(campaign)
    assert campaign.status == Campaign.Status.SENT
    assert who(stub) == {"mandrill"}
    second = campaign.sender.stand_ins.get().provider_id
    assert set(Delivery.objects.values_list("state", "provider_id", "attempt")) == {
        ("sent", second, 1)
    }
    assert Cooldown.objects.get().lasting


def test_the_next_takes_over_while_the_first_wants_us_to_wait_and_then_it_goes_back(campaign, stub):
    break_(stub, "sparkpost", WIRES["sparkpost"].slow_down)
    begin(campaign)
    go_on(campaign)
    assert who(stub) == {"mandrill"}
    stub.broken.clear()
    Cooldown.objects.update(until=timezone.now())
    assert standing_in.choose(campaign.sender) == campaign.sender.provider


def test_a_mail_that_may_have_been_taken_is_not_given_to_another(campaign, stub):
    world.make_contact(campaign.workspace, on=campaign.lists.get(), email="lost-answer@example.com")
    begin(campaign)
    go_on(campaign)
    break_(stub, "sparkpost")
    go_on(campaign)
    unknown = Delivery.objects.get(state="unknown")
    assert unknown.provider_id == campaign.sender.provider_id
    assert stub.recipients().count("lost-answer@example.com") == 1


def test_when_nobody_is_left_it_pauses_and_after_that_all_are_asked_anew(campaign, stub):
    break_(stub, "sparkpost")
    break_(stub, "mandrill")
    begin(campaign)
    go_on(campaign)
    assert campaign.status == Campaign.Status.PAUSED
    assert "Invalid API key" in campaign.pause_reason
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}
    stub.broken.clear()
    assert steering.resume(campaign)
    go_on(campaign)
    assert campaign.status == Campaign.Status.SENT
    assert who(stub) == {"sparkpost"}


def test_without_a_stand_in_a_refused_key_pauses_at_once(campaign, stub):
    stand_ins.put_in_order(campaign.sender, [])
    break_(stub, "sparkpost")
    begin(campaign)
    go_on(campaign)
    assert campaign.status == Campaign.Status.PAUSED
    assert not Cooldown.objects.exists()


def hand_on(campaign):
    refused = TransportError("no", lasting=True)
    standing_in.hand_on(campaign.sender, campaign.sender.provider, refused)


def test_another_sender_without_stand_ins_is_not_kept_waiting_for_a_person(campaign, stub):
    """Its campaign asks, is refused, and pauses with the reason."""
    standing_in.hand_on(
        campaign.sender, campaign.sender.provider, TransportError("no", lasting=True)
    )
    alone = world.make_sender(campaign.workspace, provider=campaign.sender.provider)
    assert standing_in.choose(alone) == campaign.sender.provider
    assert standing_in.choose(campaign.sender) == campaign.sender.stand_ins.get().provider


def test_a_provider_that_rests_is_asked_again_after_a_while(campaign, stub):
    standing_in.hand_on(
        campaign.sender, campaign.sender.provider, TransportError("no", lasting=True)
    )
    wait = Cooldown.objects.get().until - timezone.now()
    assert timedelta(minutes=14) < wait <= standing_in.REST


def test_the_wait_that_is_shown_is_that_of_all_of_them(campaign, stub):
    Cooldown.objects.create(
        provider=campaign.sender.provider, until=timezone.now() + timedelta(60), reason="slow"
    )
    assert standing_in.choose(campaign.sender) is not None
    Cooldown.objects.create(
        provider=campaign.sender.stand_ins.get().provider,
        until=timezone.now() + timedelta(30),
        reason="slower",
    )
    wait = standing_in.wait_of(campaign.sender)
    assert wait is not None
    assert wait.reason == "slower"


def test_the_page_says_who_takes_the_mails(campaign, stub, alice):
    begin(campaign)
    standing_in.hand_on(
        campaign.sender, campaign.sender.provider, TransportError("no", lasting=True)
    )
    page = alice.get(f"/campaigns/{campaign.pk}/").text
    assert "sparkpost is in trouble, so mandrill takes the mails for now" in page
    assert "It said: “no”. It is asked again at" in page
    assert f"/settings/providers/{campaign.sender.provider_id}/" in page
