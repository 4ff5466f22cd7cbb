"""Messages are doorbells: doubled, lost or thrown away, they change nothing but the time."""

import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from campaigns.composing.models import Campaign
from campaigns.sending import launch, tasks
from tests import world
from tests.chaos import crew
from tests.chaos.conftest import TICK
from tests.sending import stage

PEOPLE = 3_000
# A machine that does ten things at once starts a process in so many seconds.
SLOW_MACHINE = 20

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(workspace, sink) -> Campaign:
    """A campaign that is decided and not begun."""
    campaign = world.make_campaign(
        workspace,
        sender=stage.make_smtp_sender(workspace, sink.port),
        lists=[world.make_list(workspace)],
    )
    stage.make_many(workspace, campaign.lists.get(), PEOPLE)
    assert launch.launch(campaign)
    return campaign


def is_sent(campaign: Campaign) -> bool:
    campaign.refresh_from_db()
    return campaign.status == Campaign.Status.SENT


def messages(folder: Path) -> Path:
    return folder / "broker" / "messages"


def ring(folder: Path, campaign: Campaign) -> Path:
    """Put one message into the broker, and return its file."""
    messages(folder).mkdir(parents=True, exist_ok=True)
    data, control = str(messages(folder)), str(folder / "broker" / "control")
    options = {"data_folder_in": data, "data_folder_out": data, "control_folder": control}
    with Connection("filesystem://", transport_options=options) as connection:
        # The stubs do not know that a task can be rung through another broker.
        task: Any = tasks.send_campaign
        task.apply_async((campaign.pk,), connection=connection)
    [message] = messages(folder).glob("*.msg")
    return message


def test_the_same_message_five_times_at_once_doubles_nothing(party, campaign, sink, tmp_path):
    assert launch.prepare(campaign.pk)
    message = ring(tmp_path, campaign)
    for number in range(4):
        shutil.copy(message, message.with_name(f"{number}{message.name}"))
    for name in ("worker1", "worker2"):
        party.start(name, crew.WORKER)
    stage.wait_until(lambda: is_sent(campaign), 120)
    assert len(sink.recipients()) == len(set(sink.recipients())) == PEOPLE


def test_a_broker_that_loses_everything_costs_a_tick_and_a_lease(party, campaign, sink, tmp_path):
    sink.slow = 0.002
    party.start("beat", crew.BEAT)
    for name in ("worker1", "worker2"):
        party.start(name, crew.WORKER)
    stage.wait_until(lambda: len(sink.taken) > PEOPLE / 10, 120)
    # Whoever works now dies, and nobody is told of what is left.
    for name in party.workers():
        for child in party.children(name):
            child.kill()
    shutil.rmtree(messages(tmp_path), ignore_errors=True)
    stage.wait_until(lambda: is_sent(campaign), 120)
    arrivals = [mail.at for mail in sink.taken]
    stall = max(later - sooner for sooner, later in pairwise(arrivals))
    assert stall <= TICK + crew.LEASE + SLOW_MACHINE
    assert len(sink.recipients()) == len(set(sink.recipients())) >= PEOPLE - in_doubt()


def in_doubt() -> int:
    """How many mails the death of all pool processes can leave unconfirmed."""
    return 4 * crew.CONNECTIONS * crew.WINDOW


def test_a_campaign_costs_few_messages(party, campaign, sink, tmp_path):
    party.start("beat", crew.BEAT)
    party.start("worker1", crew.WORKER)
    stage.wait_until(lambda: is_sent(campaign), 120)
    rung = Counter((tmp_path / "rings").read_text().split())
    ticks = rung["campaigns.sending.tasks.tick"]
    ours = sum(count for name, count in rung.items() if ".sending." in name) - ticks
    assert rung["campaigns.sending.tasks.launch_campaign"] > 0
    # Beat rings once a tick for whatever has to go on.
    assert ours <= PEOPLE / 200 + ticks
    assert len(sink.taken) == PEOPLE
