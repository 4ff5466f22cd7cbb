"""Processes are killed at every boundary of a hand-over, and what they leave is what is true."""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from campaigns.composing.models import Campaign
from campaigns.sending import launch, reaping, transport
from campaigns.sending.models import Delivery
from campaigns.sending.supplying import FIRST_CLAIM
from tests import world
from tests.sending import mortals, provider_stub, stage
from tests.sending.sink import Sink
from tracking.models import Engagement

# Two claims, the second a short one.
PEOPLE = FIRST_CLAIM + 8
REPETITIONS = (1, 2, 3)
# What was promised to whom the process died with: is it at the provider?
LEFT_BEHIND = {
    "after_intent": False,
    "after_send": True,
    # One commit settles a window and promises the next.
    "after_result": False,
}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_connection(settings):
    settings.ALLOW_PRIVATE_HOSTS = True
    settings.SEND_CONNECTIONS = 1


@pytest.fixture(params=["smtp", "mailgun"])
def taker(request):
    """Whoever takes the mails: an SMTP server, or a provider by API."""
    server = Sink() if request.param == "smtp" else provider_stub.running()
    with server as running:
        yield running


@pytest.fixture
def campaign(workspace, taker) -> Campaign:
    """A campaign that is ready to go out."""
    sender = (
        stage.make_smtp_sender(workspace, taker.port)
        if isinstance(taker, Sink)
        else stage.make_api_sender(workspace, "mailgun", urlsplit(taker.url).port or 0)
    )
    campaign = world.make_campaign(workspace, sender=sender, lists=[world.make_list(workspace)])
    stage.make_many(workspace, campaign.lists.get(), PEOPLE)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)
    return campaign


def accepted(taker) -> Counter[str]:
    return Counter(taker.recipients())


def people(state: str) -> set[str]:
    return set(Delivery.objects.filter(state=state).values_list("address", flat=True))


def heal_and_send(campaign: Campaign) -> None:
    stage.let_leases_expire()
    reaping.reap()
    while transport.work(campaign.pk, seconds=20):
        pass
    reaping.finish_all()


@pytest.mark.parametrize("times", REPETITIONS)
def test_a_claim_of_the_dead_is_sent_by_another_once(campaign, taker, times):
    process = mortals.start(campaign.pk, fault="after_claim", times=times)
    assert mortals.end_of(process) == mortals.KILLED
    assert people("sending") == set()
    heal_and_send(campaign)
    assert stage.states(campaign) == {"sent": PEOPLE}
    assert set(accepted(taker).values()) == {1}
    assert len(accepted(taker)) == PEOPLE


@pytest.mark.parametrize("times", REPETITIONS)
@pytest.mark.parametrize("fault", LEFT_BEHIND)
def test_a_promise_of_the_dead_is_unconfirmed_and_never_sent_again(campaign, taker, fault, times):
    process = mortals.start(campaign.pk, fault=fault, times=times)
    assert mortals.end_of(process) == mortals.KILLED
    promised, settled, taken = people("sending"), people("sent"), set(accepted(taker))
    assert 0 < len(promised) <= 2**times
    assert bool(settled) is (fault == "after_result" or times > 1)
    assert promised & taken == (promised if LEFT_BEHIND[fault] else set())
    heal_and_send(campaign)
    assert people("unknown") == promised
    assert people("sent") == set(accepted(taker)) - promised
    assert len(people("sent")) == PEOPLE - len(promised)
    assert set(accepted(taker).values()) == {1}
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.SENT


def test_who_opens_an_unconfirmed_mail_confirms_it(campaign, taker):
    process = mortals.start(campaign.pk, fault="after_send")
    assert mortals.end_of(process) == mortals.KILLED
    heal_and_send(campaign)
    unsure = Delivery.objects.get(state="unknown")
    assert unsure.contact_id is not None
    Engagement.objects.create(
        workspace_id=unsure.workspace_id,
        campaign_id=campaign.pk,
        delivery_id=unsure.pk,
        contact_id=unsure.contact_id or 0,
    )
    reaping.reap()
    assert stage.states(campaign) == {"sent": PEOPLE}


def test_a_mail_that_kills_whoever_makes_it_is_tried_once_and_the_others_go_out(campaign, taker):
    poison = Delivery.objects.order_by("pk")[5].address
    ends = []
    for _ in range(4):
        ends.append(mortals.end_of(mortals.start(campaign.pk, poison=poison)))
        stage.let_leases_expire()
        reaping.reap()
    assert ends == [mortals.KILLED, 0, 0, 0]
    assert Delivery.objects.get(address=poison).state == "unknown"
    counts = stage.states(campaign)
    # Those that shared its window are unconfirmed too.
    assert counts["unknown"] <= 8
    assert counts["sent"] == PEOPLE - counts["unknown"]
    assert set(accepted(taker).values()) == {1}
