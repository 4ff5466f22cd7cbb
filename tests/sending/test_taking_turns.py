"""Two who write the same rows at one moment: each comes through, and none waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import transaction

from campaigns.sending.models import Cooldown, Delivery
from campaigns.sending.querysets import moves
from tests import world
from tests.sending import stage
from tests.sending.claims import claim, claim_and_intend
from tests.turns import beside

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


def test_two_workers_that_meet_the_first_trouble_at_once_count_it_once(workspace):
    provider = world.make_sender(workspace).provider

    def cool_down() -> int:
        return moves.cool_down(provider.pk, reason="421 busy", first=MINUTE, longest=MINUTE)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert cool_down() == 1
            # It has looked before we commit, and waits for us with what it then saw.
            other = beside(pool, cool_down)
        assert other.result() == 1
    assert Cooldown.objects.get().tries == 1


REAPERS = {
    "claims": moves.reap_claims,
    "intents": lambda: moves.reap_intents(timedelta(0), "gone"),
    "orphans": lambda: moves.reap_orphans(timedelta(0), "gone"),
}


@pytest.mark.parametrize("name", REAPERS)
def test_the_reaper_waits_for_nobody_who_writes_to_a_delivery(workspace, name):
    """As whoever erases a person does, who takes the mails in another order."""
    campaign = stage.make_sending(workspace, people=2)
    if name == "claims":
        claim(campaign, lease=timedelta(seconds=-1))
    else:
        claim_and_intend(campaign)
    first, last = Delivery.objects.order_by("pk")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Delivery.objects.select_for_update().get(pk=last.pk)
            reaping = beside(pool, REAPERS[name])
            Delivery.objects.select_for_update().get(pk=first.pk)
        assert reaping.result() == 1
    assert REAPERS[name]() == 1
