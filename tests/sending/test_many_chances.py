"""Another chance for very many: begun in a request, carried on by workers, and done once."""

import signal
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from campaigns.accounts.models import AuditEntry
from campaigns.composing.models import Campaign, Revision
from campaigns.sending import again, steering, tasks
from campaigns.sending.models import Chance, Delivery
from campaigns.sending.querysets import again as moves_again
from campaigns.sending.querysets import reasons
from tests.sending import stage
from tests.sending.test_tasks import worker

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 9
BUSY: dict[str, Any] = {"state": "expired", "code": 450, "enhanced_code": "4.2.1", "reason": "busy"}


@pytest.fixture(autouse=True)
def _little_time(monkeypatch):
    """A request does one piece of two, which stands for two seconds of work."""
    monkeypatch.setattr(again, "AT_ONCE", 0)
    monkeypatch.setattr(again, "CHUNK", 2)
    monkeypatch.setattr(moves_again, "CHUNK", 2)


@pytest.fixture
def rings(monkeypatch):
    """The doorbells that were rung, in place of a broker."""
    heard: list[tuple[str, int]] = []
    for name in ("ring_send", "ring_chance"):
        monkeypatch.setattr(tasks, name, lambda pk, name=name: heard.append((name, pk)))
    return heard


@pytest.fixture
def sent(workspace):
    """A campaign that was sent, and given up for nine people."""
    campaign = stage.make_sending(workspace, people=MANY)
    before = timezone.now() - timedelta(hours=1)
    stage.become(Delivery.objects.all(), **BUSY, sending_at=before, done_at=before, attempt=9)
    Campaign.objects.update(status="sent", launched_at=before, finished_at=before)
    campaign.refresh_from_db()
    return campaign


def begin(campaign, **options):
    keys = [row.key for row in reasons.groups(campaign.pk)]
    return again.retry(campaign, keys, **({"as_of": moves_again.now()} | options))


def go_on(seconds=60.0):
    return sum(again.go_on(pk, seconds=seconds) for pk in again.all_under_way())


def test_a_request_begins_and_a_worker_ends_it(sent, member):
    assert begin(sent, by=member) == 2
    sent.refresh_from_db()
    assert sent.status == Campaign.Status.SENDING
    assert stage.states(sent) == {"pending": 2, "expired": MANY - 2}
    chance = again.under_way(sent)
    assert chance is not None and chance.done == 2
    assert not AuditEntry.objects.filter(action="failed_retried").exists()
    assert go_on() == MANY - 2
    assert stage.states(sent) == {"pending": MANY}
    assert again.under_way(sent) is None
    [entry] = AuditEntry.objects.filter(action="failed_retried")
    assert entry.user == member
    assert entry.details == {"campaign": sent.pk, "deliveries": MANY}
    assert go_on() == 0


def test_the_unconfirmed_too(sent, member):
    stage.become(Delivery.objects.all(), "unknown", claim_token=uuid.uuid4())
    assert again.resend_unconfirmed(sent, as_of=moves_again.now(), by=member) == 2
    assert go_on() == MANY - 2
    assert set(Delivery.objects.values_list("state", "resends")) == {("pending", 1)}
    [entry] = AuditEntry.objects.filter(action="unconfirmed_resent")
    assert entry.details == {"campaign": sent.pk, "deliveries": MANY}


def test_those_who_joined_too_and_those_who_came_back(sent, member):
    stage.become(Delivery.objects.all(), "suppressed")
    sent_list = sent.lists.get()
    stage.make_many(sent.workspace, sent_list, 5, name="new")
    Revision.objects.create(workspace=sent.workspace, campaign=sent, number=1)
    assert again.send_to_joined(sent, by=member) == 2
    assert go_on() == MANY - 2 + 5
    assert stage.states(sent) == {"pending": MANY + 5}
    [entry] = AuditEntry.objects.filter(action="sent_to_joined")
    assert entry.details == {"campaign": sent.pk, "deliveries": MANY + 5}


def test_ten_workers_at_once_are_one(sent, member):
    begin(sent, by=member)
    [chance_id] = again.all_under_way()
    barrier = threading.Barrier(10)

    def work(_n):
        barrier.wait()
        try:
            return again.go_on(chance_id, seconds=60)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(work, range(10))) == MANY - 2
    [entry] = AuditEntry.objects.filter(action="failed_retried")
    assert entry.details["deliveries"] == MANY


def test_a_worker_that_is_killed_over_a_piece_has_not_begun_it(sent, member):
    """Its deliveries are moved by then, the campaign is reopened, and nothing is committed."""
    begin(sent, by=member)
    Campaign.objects.update(status="sent", finished_at=timezone.now())
    code = """
import os, signal
from campaigns.sending import again
from campaigns.sending.querysets import again as moves_again
moves_again.CHUNK = 2
reopen, times = moves_again.reopen, iter(range(9))
def deadly(*args, **kwargs):
    reopen(*args, **kwargs)
    if next(times) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
moves_again.reopen = deadly
again.go_on(again.all_under_way()[0], seconds=60)
"""
    assert worker(code).wait(60) == -signal.SIGKILL
    sent.refresh_from_db()
    assert sent.status == Campaign.Status.SENDING
    assert stage.states(sent) == {"pending": 4, "expired": MANY - 4}
    assert Chance.objects.get().done == 4
    stage.wait_until(lambda: go_on() or not again.all_under_way())
    assert stage.states(sent) == {"pending": MANY}
    [entry] = AuditEntry.objects.filter(action="failed_retried")
    assert entry.details["deliveries"] == MANY


def test_the_tick_rings_for_what_nobody_goes_on_with(sent, member):
    begin(sent, by=member)
    tasks.tick.app.conf.task_always_eager = True
    try:
        tasks.tick()
    finally:
        tasks.tick.app.conf.task_always_eager = False
    assert again.all_under_way() == []
    assert AuditEntry.objects.filter(action="failed_retried").count() == 1


def test_a_second_decision_waits_for_the_first(sent, member):
    seen = moves_again.now()
    begin(sent, by=member, as_of=seen)
    assert begin(sent, by=member, as_of=seen) == 0
    assert again.resend_unconfirmed(sent, as_of=seen) == 0
    assert Chance.objects.count() == 1
    go_on()
    assert AuditEntry.objects.filter(action="failed_retried").count() == 1


def test_what_failed_again_meanwhile_is_not_tried_by_the_same_decision(sent, member):
    begin(sent, by=member)
    first = Delivery.objects.pending().order_by("pk")
    stage.become(first, **BUSY, done_at=timezone.now())
    go_on()
    assert stage.states(sent) == {"pending": MANY - 2, "expired": 2}


def test_a_campaign_that_is_cancelled_meanwhile_ends_it(sent, member):
    begin(sent, by=member)
    sent.refresh_from_db()
    assert steering.cancel(sent)
    go_on()
    assert stage.states(sent) == {"cancelled": 2, "expired": MANY - 2}
    assert Chance.objects.count() == 0
    [entry] = AuditEntry.objects.filter(action="failed_retried")
    assert entry.details["deliveries"] == 2


def test_who_resumes_before_the_end_is_not_paused_again(sent, member):
    begin(sent, by=member, edit_first=True)
    sent.refresh_from_db()
    assert sent.status == Campaign.Status.PAUSED
    # Resumed, and all that was in line is out.
    stage.become(Delivery.objects.pending(), "sent")
    Campaign.objects.update(status="sent", pause_reason="", pause_cause="")
    go_on()
    sent.refresh_from_db()
    assert sent.status == Campaign.Status.SENDING


def test_the_pages_say_that_it_is_under_way(sent, alice, rings):
    posted = {"as_of": moves_again.now().isoformat(), "keys": ["busy expired 450 4.2.1"]}
    answer = alice.post(reverse("sending:retry", args=[sent.pk]), posted, follow=True)
    chance = Chance.objects.get()
    assert rings == [("ring_chance", chance.pk), ("ring_send", sent.pk)]
    assert "This takes a while, and goes on by itself." in answer.text
    assert "Trying failed mails again" in answer.text
    assert f"2 of {MANY} at most are in line again." in answer.text
    assert "every 2s" in answer.text
    assert reverse("sending:retry", args=[sent.pk]) not in answer.text
    for name in ("retry", "unconfirmed", "joined"):
        page = alice.get(reverse(f"sending:{name}", args=[sent.pk])).text
        assert "This is under way for this campaign." in page
        assert "data-once" not in page
    go_on()
    page = alice.get(reverse("sending:campaign", args=[sent.pk])).text
    assert "at most are in line" not in page
