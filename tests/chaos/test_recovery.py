"""All workers die; one comes back. What they held is taken up again as soon as it may be."""

import threading
import time

import pytest

from campaigns.sending import launch
from campaigns.sending.models import Delivery, Lease
from tests import world
from tests.chaos import crew
from tests.chaos.conftest import TICK
from tests.sending import stage

PEOPLE = 2_000
# Between a fact and our seeing it, on a machine that does ten things at once.
SLOW_MACHINE = 5.0

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_dead_held_is_taken_up_within_a_lease_and_a_tick(party, workspace, sink):
    sink.gate = threading.Event()
    campaign = world.make_campaign(
        workspace,
        sender=stage.make_smtp_sender(workspace, sink.port),
        lists=[world.make_list(workspace)],
    )
    stage.make_many(workspace, campaign.lists.get(), PEOPLE)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)
    party.start("beat", crew.BEAT)
    party.start("worker1", crew.WORKER)
    claimed = Delivery.objects.filter(state="claimed")
    # The server lets the first mail wait for its answer, so the others of the claim wait too.
    stage.wait_until(lambda: sink.taken and claimed.count() > 20, 60)
    party.kill("worker1")
    sink.gate.set()
    held = set(claimed.values_list("pk", flat=True))
    leased_until = max(Lease.objects.values_list("until", flat=True)).timestamp()
    assert held

    party.restart("worker1")
    dead = set(Lease.objects.values_list("token", flat=True))
    stage.wait_until(lambda: Lease.objects.exclude(token__in=dead).exists(), 60)
    alive = time.time()
    stage.wait_until(
        lambda: (
            not Delivery.objects.filter(pk__in=held, state="claimed", claim_token__in=dead).exists()
        ),
        60,
    )
    taken_up = time.time()
    assert taken_up - max(alive, leased_until) <= TICK + SLOW_MACHINE
