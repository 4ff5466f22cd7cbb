"""A stand-in that never took a sender's mails begins with a few, and doubles while all is well."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts import stand_ins
from campaigns.accounts.models import Provider
from campaigns.sending import standing_in, transport
from campaigns.sending.models import Acquaintance, Delivery, Throttle
from campaigns.sending.models.pace import PARTS
from campaigns.sending.outcomes import TransportError
from campaigns.sending.pacing import acquainting
from tests.sending import stage
from tests.sending.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second(settings):
    """The mail server of whoever stands in."""
    with Sink() as server:
        yield server


@pytest.fixture
def stand_in(draft, second) -> Provider:
    provider = stage.make_smtp_sender(draft.workspace, second.port).provider
    stand_ins.put_in_order(draft.sender, [provider])
    return provider


def begin(campaign, people):
    stage.make_many(campaign.workspace, campaign.lists.get(), people)
    stage.go(campaign)


def fail(campaign):
    """Its own provider refuses our key."""
    refused = TransportError("no", lasting=True)
    assert standing_in.hand_on(campaign.sender, campaign.sender.provider, refused)


def a_minute_passes():
    ago = timedelta(minutes=1)
    Throttle.objects.update(slot=F("slot") - PARTS - 1, eased_at=F("eased_at") - ago)
    Delivery.objects.pending().update(next_at=timezone.now())


def go_on(campaign, taker):
    """Send for a minute, and say how many more the taker has got."""
    before = len(taker.taken)
    for _ in range(2):
        transport.work(campaign.pk, seconds=20)
    a_minute_passes()
    return len(taker.taken) - before


def test_it_gets_twenty_in_the_first_minute_and_twice_as_many_in_each_that_follows(
    draft, sink, second, stand_in
):
    begin(draft, people=200)
    fail(draft)
    assert [go_on(draft, second) for _ in range(4)] == [20, 40, 80, 60]
    assert sink.taken == []
    assert len(second.recipients()) == len(set(second.recipients())) == 200


def test_what_is_not_taken_makes_it_no_faster(draft, second, stand_in):
    stage.join(draft, {"rcpt-550": 20, "fine": 60})
    stage.go(draft)
    Delivery.objects.filter(address__startswith="rcpt").update(next_at="2020-01-01T00:00Z")
    fail(draft)
    assert go_on(draft, second) == 0
    assert Throttle.objects.get().most == acquainting.FIRST
    assert [go_on(draft, second) for _ in range(2)] == [40, 20]


def test_once_it_is_known_nothing_holds_it_not_even_another_time(draft, second, stand_in):
    begin(draft, people=100)
    fail(draft)
    go_on(draft, second)
    Throttle.objects.update(most=acquainting.LAST // 2, earned=acquainting.LAST // 2)
    go_on(draft, second)
    assert not Throttle.objects.exists()
    assert Acquaintance.objects.get().provider_id == stand_in.pk
    assert not acquainting.meet(draft, stand_in)
    assert len(second.taken) == 100


def test_a_senders_own_provider_is_not_held_nor_when_it_stands_in_later(draft, sink, stand_in):
    begin(draft, people=50)
    stage.send(draft)
    assert len(sink.taken) == 50
    own = draft.sender.provider
    draft.sender.provider = stand_in
    draft.sender.save(update_fields=["provider"])
    stand_ins.put_in_order(draft.sender, [own])
    assert not acquainting.meet(draft, own)
    assert not acquainting.meet(draft, stand_in)
    assert not Throttle.objects.exists()


def test_two_workers_let_it_begin_once(draft, stand_in):
    assert acquainting.meet(draft, stand_in)
    assert not acquainting.meet(draft, stand_in)


def test_the_page_says_why_it_is_slow(draft, second, stand_in, alice):
    begin(draft, people=50)
    fail(draft)
    transport.work(draft.pk, seconds=20)
    page = " ".join(alice.get(reverse("sending:campaign", args=[draft.pk])).text.split())
    assert "Whoever stands in is new to this sender: 20 a minute for now" in page
