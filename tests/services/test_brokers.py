"""A real worker on real brokers: the doorbell is heard, and a campaign goes out."""

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaigns.composing.models import Campaign
from campaigns.sending import launch
from campaigns.sending.models import Delivery
from config.children import signal_group
from tests import databases, world
from tests.sending import stage
from tests.sending.sink import Sink

BASE = Path(__file__).resolve().parent.parent.parent
PEOPLE = 300
# Longer than the lease of a claim, after which a tick heals whatever went wrong.
SECONDS = 150
RING_EVERY = 10

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(params=["RABBITMQ", "REDIS"])
def environment(request) -> Iterator[dict[str, str]]:
    """What a process needs to use this test's database and one of the brokers, by itself.

    Workers of two databases at one broker would answer each other's rings, in turn.
    """
    url = os.environ.get(f"CANDID_TEST_{request.param}", "")
    assert url, "run `make test-services`: it starts the servers"
    with (Path(tempfile.gettempdir()) / f"candid-{request.param}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield {
            **os.environ,
            "DATABASE_URL": databases.url(),
            "CELERY_BROKER_URL": url,
            "ALLOW_PRIVATE_HOSTS": "true",
        }


@pytest.fixture
def worker(environment, tmp_path) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker as `make up` starts it."""
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            celery("worker", "--pool=prefork", "--concurrency=2", "--without-gossip"),
            cwd=BASE,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield process
    process.terminate()
    try:
        process.wait(60)
    finally:
        signal_group(process.pid, signal.SIGKILL)
        process.wait()
        print((tmp_path / "worker.log").read_text())


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


@pytest.fixture
def campaign(workspace, sink) -> Campaign:
    """A campaign to a few hundred people, decided to go out, and not yet begun."""
    readers = world.make_list(workspace)
    for _ in range(PEOPLE):
        world.make_contact(workspace, on=readers)
    sender = stage.make_smtp_sender(workspace, sink.port)
    one = world.make_campaign(workspace, sender=sender, lists=[readers])
    assert launch.launch(one)
    return one


def celery(*words: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "config", *words]


def ring(environment: dict[str, str], times: int = 1) -> None:
    """Put the doorbell into the broker from another process, as beat does."""
    code = "from campaigns.sending import tasks\n"
    code += f"for _ in range({times}): tasks.tick.delay()"
    subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{code}"],
        cwd=BASE,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
        check=True,
    )


def wait_until_sent(campaign: Campaign, environment: dict[str, str]) -> None:
    """Wait, and ring now and then as beat does: a ring may find all workers busy."""
    deadline = time.monotonic() + SECONDS
    ring_at = time.monotonic() + RING_EVERY
    while True:
        campaign.refresh_from_db()
        if campaign.status == Campaign.Status.SENT:
            return
        assert time.monotonic() < deadline, f"still {campaign.status}: {left(campaign)}"
        if time.monotonic() > ring_at:
            ring(environment)
            ring_at = time.monotonic() + RING_EVERY
        time.sleep(0.2)


def left(campaign: Campaign) -> dict[str, int]:
    """Return how many deliveries are in each state, for the message of a test that failed."""
    return dict(Counter(Delivery.objects.filter(campaign=campaign).values_list("state", flat=True)))


def test_a_doorbell_makes_a_worker_send_a_campaign(environment, worker, campaign, sink):
    ring(environment)
    wait_until_sent(campaign, environment)
    assert Counter(sink.recipients()) == Counter(
        Delivery.objects.filter(campaign=campaign).values_list("address", flat=True)
    )
    assert len(sink.taken) == PEOPLE


def test_a_doorbell_that_rings_ten_times_sends_once(environment, worker, campaign, sink):
    ring(environment, times=10)
    wait_until_sent(campaign, environment)
    assert max(Counter(sink.recipients()).values()) == 1
    assert len(sink.taken) == PEOPLE
