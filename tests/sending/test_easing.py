"""A provider or a mailbox provider that asks for less gets less, and nobody pays with a try."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.accounts.models import Provider
from campaigns.composing.models import Campaign
from campaigns.sending import launch, transport
from campaigns.sending.models import Cooldown, Delivery, Throttle
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import easing
from campaigns.sending.querysets import throttling
from tests import world
from tests.sending import provider_stub, stage

pytestmark = pytest.mark.django_db(transaction=True)


def go(campaign):
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def send(campaign):
    while transport.work(campaign.pk, seconds=20):
        pass
    campaign.refresh_from_db()


def test_retry_after_is_kept_for_the_whole_provider_and_costs_no_try(workspace, settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    with provider_stub.running() as stub:
        stub.always = (429, {"Retry-After": "7"}, '{"message": "too many requests"}')
        provider = Provider(workspace=workspace, name="Mailgun", kind="mailgun")
        provider.credentials = {
            "api_key": "key",
            "sender_domain": "acme.example",
            "api_url": f"{stub.url}/mailgun",
        }
        provider.save()
        campaign = world.make_campaign(
            workspace,
            sender=world.make_sender(workspace, provider=provider),
            lists=[world.make_list(workspace)],
        )
        stage.make_many(workspace, campaign.lists.get(), 40)
        go(campaign)
        began = timezone.now()
        assert transport.work(campaign.pk, seconds=20) is False
        asked = stub.requests
        # A request of each lane, and no more.
        assert asked <= settings.SEND_CONNECTIONS
        assert Cooldown.objects.get().until >= began + timedelta(seconds=7)
        assert stage.states(campaign) == {"pending": 40}
        assert Delivery.objects.filter(attempt=0).count() == 40
        stub.always = None
        assert transport.work(campaign.pk, seconds=20) is False
        assert stub.requests == asked
        Cooldown.objects.update(until=timezone.now())
        send(campaign)
    assert campaign.status == Campaign.Status.SENT
    assert len(set(stub.recipients())) == len(stub.recipients()) == 40


def test_amazons_454_after_the_data_does_the_same(draft, sink, settings):
    settings.SEND_CONNECTIONS = 2
    sink.slow = 0.03
    stage.make_many(draft.workspace, draft.lists.get(), 200)
    world.make_contact(draft.workspace, on=draft.lists.get(), email="data-454@example.com")
    go(draft)
    Delivery.objects.filter(address="data-454@example.com").update(
        next_at=timezone.now() - timedelta(hours=1)
    )
    assert transport.work(draft.pk, seconds=20) is False
    # The other connection stops as well, after the window that it was at: it had seconds to go.
    assert len(sink.taken) < 200
    cooldown = Cooldown.objects.get()
    assert (cooldown.until - timezone.now()).total_seconds() >= 7
    assert "Throttling failure" in cooldown.reason
    delivery = Delivery.objects.get(address="data-454@example.com")
    assert (delivery.state, delivery.attempt) == ("pending", 0)
    Delivery.objects.filter(pk=delivery.pk).update(address="better@example.com")
    Cooldown.objects.update(until=timezone.now())
    send(draft)
    assert draft.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 201


@pytest.mark.parametrize(
    ("code", "enhanced", "slows"),
    [
        (421, "4.7.0", True),
        (451, "4.7.500", True),
        (450, "4.7.1", True),
        (450, "4.2.1", False),
        (451, "", False),
        (452, "4.2.2", False),
    ],
)
def test_policy_answers_are_told_from_others(code, enhanced, slows):
    assert easing.is_slow_down(Outcome(Verdict.DEFERRED, code, enhanced)) == slows


def test_a_mailbox_provider_that_asks_is_served_at_half_the_rate(draft, sink, settings):
    settings.SEND_CONNECTIONS = 1
    stage.make_many(draft.workspace, draft.lists.get(), 40)
    for n in range(40):
        world.make_contact(draft.workspace, on=draft.lists.get(), email=f"g{n}@gmail.com")
    world.make_contact(draft.workspace, on=draft.lists.get(), email="slow-down@gmail.com")
    go(draft)
    # Asked last: what is taken afterwards would earn some of the rate back.
    last = Delivery.objects.filter(address="slow-down@gmail.com")
    last.update(next_at=timezone.now() + timedelta(hours=1))
    send(draft)
    assert not Throttle.objects.exists()
    last.update(next_at=timezone.now())
    send(draft)
    eased = Throttle.objects.get()
    assert (eased.kind, eased.mailbox, eased.period) == ("eased", "gmail", 60)
    assert eased.ceiling is not None
    assert eased.most == eased.ceiling // 2
    assert Delivery.objects.filter(domain="example.com", state="sent").count() == 40
    [policy] = Delivery.objects.pending().filter(code=451)
    assert policy.enhanced_code == "4.7.1"


def test_one_window_of_answers_is_one_opinion(sender):
    assert easing.ease(sender.pk, "gmail", per_minute=400)
    assert not easing.ease(sender.pk, "gmail", per_minute=400)
    assert Throttle.objects.get().most == 200
    Throttle.objects.update(eased_at=timezone.now() - timedelta(seconds=61))
    assert easing.ease(sender.pk, "gmail", per_minute=400)
    assert Throttle.objects.get().most == 100


def test_it_never_comes_to_a_standstill(sender):
    for _ in range(12):
        easing.ease(sender.pk, "gmail", per_minute=400)
        Throttle.objects.update(eased_at=timezone.now() - timedelta(minutes=2))
    assert Throttle.objects.get().most == 1


def test_what_is_taken_raises_the_rate_bit_by_bit_until_nothing_limits_it(sender):
    easing.ease(sender.pk, "gmail", per_minute=400)
    throttling.add_back(sender.pk, {"gmail": 199})
    assert Throttle.objects.get().most == 200
    throttling.add_back(sender.pk, {"gmail": 1})
    assert Throttle.objects.get().most == 220
    minutes = 1
    while Throttle.objects.exists():
        throttling.add_back(sender.pk, {"gmail": Throttle.objects.get().most})
        minutes += 1
    assert minutes == 10


def test_who_does_not_ask_again_for_a_day_is_served_as_before(sender):
    easing.ease(sender.pk, "gmail", per_minute=400)
    throttling.set_limit(sender.pk, mailbox="gmail", kind="limit", period=3600, most=7)
    assert easing.forget() == 0
    Throttle.objects.filter(kind="eased").update(eased_at=timezone.now() - timedelta(hours=25))
    assert easing.forget() == 1
    assert Throttle.objects.get().kind == "limit"


def test_mails_that_get_through_earn_it(draft, sink, settings):
    settings.SEND_CONNECTIONS = 1
    own = draft.sender.provider_id
    easing.ease(draft.sender_id, "gmail", per_minute=20, provider_id=own)
    for n in range(10):
        world.make_contact(draft.workspace, on=draft.lists.get(), email=f"g{n}@gmail.com")
    go(draft)
    began = time.monotonic()
    send(draft)
    assert time.monotonic() - began < 60
    assert Throttle.objects.get().most == 11
