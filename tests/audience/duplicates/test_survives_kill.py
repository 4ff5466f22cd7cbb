"""A process killed by `kill -9` while it makes two contacts one: all of it is done, or nothing."""

from __future__ import annotations

import os
import signal

import pytest
from django.db import connection

from campaigns.audience.models import Merger
from campaigns.sending.models import Delivery
from tests import world
from tests.audience import doomed_import
from tests.audience.bulk import aftermath
from tests.audience.duplicates.pairs import put_on, say, two, unite
from tests.sending import stage
from tracking.models import Merged

pytestmark = pytest.mark.django_db(transaction=True)


def pair():
    """Two who have something of each kind, and the member who makes them one."""
    workspace = world.make_workspace()
    kept, gone = two(workspace)
    news = world.make_list(workspace, name="News")
    put_on(kept, news, "subscribed")
    put_on(gone, news, "unsubscribed")
    say(kept, "granted")
    say(gone, "refused")
    tag = workspace.tags.create(name="vip")
    gone.taggings.create(workspace=workspace, tag=tag)
    campaign = world.make_campaign(workspace, lists=[news])
    for contact in (kept, gone):
        stage.make_delivery(campaign, contact, state="sent")
    return kept, gone, world.make_member(workspace)


def left(workspace):
    """What there is of them, but for ids and times."""
    deliveries = Delivery.objects.filter(workspace=workspace)
    rows = deliveries.values_list("contact__email", "address", "state", "mode")
    mergers = Merger.objects.filter(workspace=workspace)
    numbers = mergers.values_list("merged_id", flat=True)
    return aftermath.everything(workspace) | {
        "deliveries": sorted(map(str, rows)),
        "mergers": list(mergers.values_list("email", "contact__email")),
        "merged": Merged.objects.filter(contact_id__in=list(numbers)).count(),
    }


def killed(place, call, moment, *who):
    """Let a process of its own make them one, and kill itself there."""
    connection.close()  # A child must not speak on our connection.
    child = os.fork()
    if not child:
        try:
            doomed_import.die_at(place, call, moment)
            unite(*who)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize(
    ("place", "call", "moment"),
    [
        ("statements.run", 1, "after"),
        ("statements.run", 5, "after"),
        ("duplicates.uniting._hand_over", 1, "after"),
        ("duplicates.uniting._take_the_stricter", 1, "after"),
        ("duplicates.uniting._keep_values", 1, "before"),
        ("changing.note", 1, "after"),
    ],
)
def test_killed_and_done_again_gives_the_same(place, call, moment):
    undisturbed = pair()
    unite(*undisturbed)
    expected = left(undisturbed[0].workspace)

    kept, gone, member = pair()
    before = left(kept.workspace)
    killed(place, call, moment, kept, gone, member)
    assert left(kept.workspace) == before
    unite(kept, gone, member)
    assert left(kept.workspace) == expected
