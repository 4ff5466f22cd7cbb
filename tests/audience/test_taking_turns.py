"""Imports and others who write of the same people at one moment: none waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from django.db import transaction

from campaigns.audience import addresses, suppression
from campaigns.audience.models import Suppression
from tests import world
from tests.audience.files import import_file
from tests.turns import beside


@pytest.mark.django_db(transaction=True)
def test_a_file_of_bounced_people_and_who_stops_the_same_ones(workspace):
    readers = world.make_list(workspace)
    names = [f"p{number:02}@example.com" for number in range(40)]
    prints = {name: addresses.fingerprint(workspace.pk, name) for name in names}
    # In the file they stand the other way round than by their fingerprints.
    one, other = next(pair for pair in pairwise(names) if prints[pair[0]] > prints[pair[1]])
    file = f"email\n{one}\n{other}\n".encode()

    def stop(name: str) -> None:
        suppression.suppress(workspace.pk, [prints[name]], Suppression.Reason.HARD_BOUNCE)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            stop(other)
            importing = beside(pool, lambda: import_file(readers, file, everybody="bounced"))
            stop(one)
        assert importing.result().status == "done"
    assert Suppression.objects.filter(reason=Suppression.Reason.HARD_BOUNCE).count() == 2
