"""Who decides while workers send, decides at once: pause, cancel, and people who leave.

What can still go out is what was promised before the decision was committed: at most one
window for each connection.
"""

import threading

import pytest

from campaigns.audience import unsubscribing
from campaigns.audience.models import Suppression
from campaigns.composing.models import Campaign
from campaigns.sending import launch, reaping, steering, supplying, transport
from campaigns.sending.models import Delivery
from campaigns.sending.smtp.mailer import MAILS_UNDER_WAY
from tests.sending import mortals, stage

WORKERS, CONNECTIONS = 4, 2
PEOPLE = 1_200
# Windows have grown by then.
BEFORE = 150

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def workers(draft, sink, settings):
    """Four processes that send the same campaign."""
    settings.SEND_WORKERS, settings.SEND_CONNECTIONS = WORKERS, CONNECTIONS
    sink.slow = 0.005
    stage.make_many(draft.workspace, draft.lists.get(), PEOPLE)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    started = [mortals.start(draft.pk) for _ in range(WORKERS)]
    stage.wait_until(lambda: len(sink.taken) >= BEFORE, 60)
    return started


def wait_for(workers) -> None:
    assert [mortals.end_of(process) for process in workers] == [0] * WORKERS


def send_the_rest(campaign: Campaign) -> None:
    while transport.work(campaign.pk, seconds=20):
        pass


def test_a_pause_stops_four_workers_within_a_window_each(draft, sink, workers):
    assert steering.pause(draft)
    at_commit = len(sink.taken)
    wait_for(workers)
    late = len(sink.taken) - at_commit
    print(f"{late} mails were taken after the decision")
    assert late <= WORKERS * CONNECTIONS * MAILS_UNDER_WAY
    assert stage.states(draft) == {"sent": len(sink.taken), "pending": PEOPLE - len(sink.taken)}
    assert steering.resume(draft)
    send_the_rest(draft)
    assert len(sink.recipients()) == len(set(sink.recipients())) == PEOPLE


def test_a_cancellation_stops_four_workers_within_a_window_each_and_for_good(draft, sink, workers):
    assert steering.cancel(draft)
    at_commit = len(sink.taken)
    wait_for(workers)
    late = len(sink.taken) - at_commit
    print(f"{late} mails were taken after the decision")
    assert late <= WORKERS * CONNECTIONS * MAILS_UNDER_WAY
    reaping.finish_all()
    counts = stage.states(draft)
    assert counts["sent"] == len(sink.taken)
    assert counts == {"sent": counts["sent"], "cancelled": PEOPLE - counts["sent"]}
    assert not steering.resume(draft)


def unsubscribe(delivery: Delivery) -> None:
    assert delivery.contact_id is not None
    unsubscribing.unsubscribe(delivery.contact_id, delivery.campaign_id, delivery.pk, "page")


def complain(delivery: Delivery) -> None:
    assert delivery.contact is not None
    Suppression.objects.create(
        workspace=delivery.workspace, fingerprint=delivery.contact.fingerprint, reason="complaint"
    )


def erase(delivery: Delivery) -> None:
    assert delivery.contact is not None
    delivery.contact.delete()


@pytest.mark.parametrize("leave", [unsubscribe, complain, erase])
def test_who_leaves_after_the_claim_and_before_the_intent_gets_nothing(
    draft, sink, settings, leave
):
    settings.SEND_CONNECTIONS = 1
    sink.gate = threading.Event()
    stage.make_many(draft.workspace, draft.lists.get(), supplying.FIRST_CLAIM)
    assert launch.launch(draft)
    assert launch.prepare(draft.pk)
    worker = mortals.start(draft.pk)
    # All are claimed at once, and the server lets the first of them wait for its answer.
    stage.wait_until(lambda: sink.taken, 60)
    last = Delivery.objects.order_by("-pk")[0]
    assert last.state == "claimed"
    leave(last)
    sink.gate.set()
    assert mortals.end_of(worker) == 0
    assert last.address not in sink.recipients()
    assert stage.states(draft) == {"sent": supplying.FIRST_CLAIM - 1, "suppressed": 1}
