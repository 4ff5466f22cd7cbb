"""Tasks may be lost, doubled and run in parallel; the tick puts everything right."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import launch, tasks
from tests import databases, world
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eager():
    """Run a task where it is rung."""
    app = tasks.tick.app
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_a_lost_doorbell_is_rung_again_by_the_tick(draft, sink, eager):
    stage.make_many(draft.workspace, draft.lists.get(), 30)
    assert launch.launch(draft)
    tasks.tick()
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 30


def test_a_scheduled_campaign_goes_out_once_when_three_beats_tick_at_once(draft, sink, eager):
    stage.make_many(draft.workspace, draft.lists.get(), 50)
    Campaign.objects.update(status="scheduled", scheduled_at=timezone.now())
    barrier = threading.Barrier(3)

    def beat(_n):
        barrier.wait()
        try:
            tasks.tick()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(beat, range(3)))
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 50


def test_a_campaign_is_not_launched_before_its_time(draft, sink, eager):
    stage.make_many(draft.workspace, draft.lists.get(), 1)
    later = timezone.now() + timedelta(minutes=1)
    Campaign.objects.update(status="scheduled", scheduled_at=later)
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SCHEDULED


def test_a_campaign_that_is_far_too_late_asks_first(draft, sink, eager):
    stage.make_many(draft.workspace, draft.lists.get(), 1)
    late = timezone.now() - timedelta(minutes=61)
    Campaign.objects.update(status="scheduled", scheduled_at=late)
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.MISSED
    assert sink.taken == []
    assert launch.launch(draft)


def test_the_same_task_five_times_at_once_doubles_nothing(draft, sink, eager):
    stage.make_many(draft.workspace, draft.lists.get(), 200)
    assert launch.launch(draft)

    def deliver(_n):
        try:
            tasks.launch_campaign(draft.pk)
            tasks.send_campaign(draft.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(deliver, range(5)))
    tasks.tick()
    draft.refresh_from_db()
    assert draft.status == Campaign.Status.SENT
    assert len(set(sink.recipients())) == len(sink.recipients()) == 200


def test_what_a_cancelled_campaign_left_open_is_closed(workspace, eager):
    campaign = stage.make_sending(workspace, people=3)
    Campaign.objects.update(status="cancelled")
    tasks.tick()
    assert stage.states(campaign) == {"cancelled": 3}


def worker(code: str, **environment: str) -> subprocess.Popen[bytes]:
    """A process of its own on this test's database."""
    settings = {
        "DATABASE_URL": databases.url(),
        "ALLOW_PRIVATE_HOSTS": "true",
        "SEND_CONNECTIONS": "1",
        "SECRET_KEY": django_settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
    start = "import django; django.setup(); from campaigns.sending import transport, tasks; "
    return subprocess.Popen(
        [sys.executable, "-c", start + code],
        env={**os.environ, **settings, **environment},
        cwd=Path(__file__).parents[2],
    )


def test_a_worker_that_is_told_to_end_gives_back_what_it_had_not_begun(draft, sink):
    sink.slow = 0.02
    stage.make_many(draft.workspace, draft.lists.get(), 200)
    launch.launch(draft)
    launch.prepare(draft.pk)
    process = worker(f"tasks.send_campaign({draft.pk})")
    stage.wait_until(lambda: len(sink.taken) > 3)
    process.terminate()
    assert process.wait(60) == -signal.SIGTERM
    counts = stage.states(draft)
    assert set(counts) == {"sent", "pending"}
    assert counts["sent"] == len(sink.taken)


def test_the_command_sends_to_the_end(draft, sink, eager, capsys):
    stage.make_many(draft.workspace, draft.lists.get(), 20)
    call_command("send_campaign", draft.pk, "--wait")
    assert "sent 20 of 20" in capsys.readouterr().out
    call_command("send_campaign", draft.pk, "--wait")
    assert len(sink.taken) == 20


def test_the_command_says_what_is_wrong(draft, eager):
    with pytest.raises(CommandError, match="no campaign"):
        call_command("send_campaign", 0)
    Campaign.objects.update(subject="")
    with pytest.raises(CommandError, match="Write a subject"):
        call_command("send_campaign", draft.pk)


def test_the_command_fails_when_the_campaign_did_not_go_out(draft, sink, eager):
    sink.login = ("somebody", "else")
    provider = draft.sender.provider
    provider.credentials |= {"user": "me", "password": "wrong"}
    provider.save()
    world.make_contact(draft.workspace, on=draft.lists.get())
    with pytest.raises(CommandError, match="wrong password"):
        call_command("send_campaign", draft.pk, "--wait")
