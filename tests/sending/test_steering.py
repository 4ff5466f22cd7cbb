"""Pause, resume, cancel and edit, by several people at once and while workers send."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns.audience import suppression
from campaigns.audience.models import Suppression
from campaigns.composing import editing, freezing
from campaigns.composing.models import Campaign, Revision
from campaigns.sending import again, claiming, launch, steering, tasks, transport
from campaigns.sending.models import Delivery
from campaigns.sending.querysets import again as moves_again
from campaigns.sending.querysets import reasons
from tests.sending import stage

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*verbs):
    """Run them in threads that begin together; return what each said, in order."""
    barrier = threading.Barrier(len(verbs))

    def run(verb):
        barrier.wait()
        try:
            return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))


def fresh(campaign):
    return Campaign.objects.select_related("workspace", "sender").get(pk=campaign.pk)


def start(campaign, people):
    stage.make_many(campaign.workspace, campaign.lists.get(), people)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def has_taken(sink, number):
    return len(sink.taken) > number


def edit(campaign, body):
    now = fresh(campaign)
    return editing.save(now, {"body": body}, editing.Page(now.version))


def test_twenty_clicks_at_once_on_send_are_one_launch(draft, member, monkeypatch):
    stage.make_many(draft.workspace, draft.lists.get(), 40)
    rung: list[int] = []
    monkeypatch.setattr(tasks, "ring_launch", rung.append)
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(member)
    address = reverse("sending:confirm", args=[draft.pk])
    clicks = [partial(browser.post, address, {"launch": "yes"}) for browser in browsers]
    assert {answer.status_code for answer in at_once(*clicks)} == {302}
    assert rung == [draft.pk]
    assert Campaign.objects.get().status == Campaign.Status.PREPARING


def test_twenty_people_who_resume_at_once_are_one(draft):
    start(draft, people=30)
    steering.pause(draft)
    edit(draft, "A better text")
    done = at_once(*(partial(steering.resume, fresh(draft)) for _ in range(20)))
    assert done.count(True) == 1
    assert Revision.objects.filter(campaign=draft).count() == 2
    assert stage.states(draft) == {"pending": 30}


def test_resuming_after_an_edit_waits_for_nobody_who_holds_a_delivery(draft, sink):
    """However many wait, and whoever is at them: the request touches none of them."""
    start(draft, people=30)
    steering.pause(draft)
    edit(draft, "A better text")
    with connection.copy().cursor() as other, connection.cursor() as cursor:
        other.execute("BEGIN; SELECT FROM sending_delivery FOR UPDATE")
        cursor.execute("SET lock_timeout = '2s'")
        assert steering.resume(fresh(draft))
        cursor.execute("RESET lock_timeout")
        other.execute("ROLLBACK")
        other.connection.close()
    stage.send(draft)
    assert len(sink.taken) == 30
    assert all(b"A better text" in mail.text for mail in sink.taken)
    assert set(Delivery.objects.values_list("state", "revision")) == {("sent", 2)}


def test_a_worker_that_claimed_before_the_edit_hands_none_of_it_over(draft, sink):
    start(draft, people=30)
    before = claiming.Claim(draft.pk, 30)
    steering.pause(draft)
    edit(draft, "A better text")
    assert steering.resume(fresh(draft))
    assert before.intend(before.rows) == []
    before.give_back()
    stage.send(draft)
    assert len(sink.taken) == 30
    assert all(b"A better text" in mail.text for mail in sink.taken)


def test_of_resume_and_cancel_at_once_nothing_is_left_between(draft):
    start(draft, people=30)
    steering.pause(draft)
    at_once(lambda: steering.resume(fresh(draft)), lambda: steering.cancel(fresh(draft)))
    assert Campaign.objects.get().status == Campaign.Status.CANCELLED
    assert stage.states(draft) == {"cancelled": 30}


def test_of_retry_and_cancel_at_once_nothing_is_left_open(draft, handed_over):
    start(draft, people=30)
    stage.become(Delivery.objects.all(), "failed", **handed_over, code=550)
    keys, seen = [row.key for row in reasons.groups(draft.pk)], moves_again.now()
    at_once(
        lambda: again.retry(fresh(draft), keys, as_of=seen), lambda: steering.cancel(fresh(draft))
    )
    assert Campaign.objects.get().status == Campaign.Status.CANCELLED
    assert not Delivery.objects.open().exists()


def test_what_was_saved_while_somebody_resumed_is_not_passed_over(draft, monkeypatch):
    """They checked one content; another is there by now, and nobody has looked at it."""
    start(draft, people=3)
    steering.pause(draft)
    freeze = freezing.freeze

    def freeze_and_be_overtaken(campaign):
        revision = freeze(campaign)
        edit(draft, "Changed at the last moment")
        return revision

    monkeypatch.setattr(freezing, "freeze", freeze_and_be_overtaken)
    with pytest.raises(steering.SteeringError, match="changed the content just now"):
        steering.resume(fresh(draft))
    assert Campaign.objects.get().status == Campaign.Status.PAUSED
    monkeypatch.setattr(freezing, "freeze", freeze)
    assert steering.resume(fresh(draft))
    assert {row.revision for row in claiming.Claim(draft.pk, 3).rows} == {2}


def test_pausing_and_editing_again_and_again_under_two_workers_sends_to_all_once(draft, sink):
    sink.slow = 0.02
    start(draft, people=240)
    over = threading.Event()

    def work():
        try:
            while not over.is_set():
                transport.work(draft.pk, seconds=2)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for _ in range(2):
            pool.submit(work)
        try:
            for number in itertools.count(1):
                sent = len(sink.taken)
                stage.wait_until(partial(has_taken, sink, min(sent + 25, 239)))
                if len(sink.taken) >= 200 or not steering.pause(fresh(draft)):
                    break
                edit(draft, f"Version {number}")
                assert steering.resume(fresh(draft))
            stage.wait_until(lambda: fresh(draft).status == Campaign.Status.SENT)
        finally:
            over.set()
    assert len(sink.recipients()) == len(set(sink.recipients())) == 240
    assert stage.states(draft) == {"sent": 240}
    remembered = dict(Delivery.objects.values_list("address", "revision"))
    assert len(set(remembered.values())) >= 2
    for mail in sink.taken:
        number = remembered[mail.recipient] - 1
        expected = f"Version {number}".encode() if number else b"friend"
        assert expected in mail.text or b"Hello Name" in mail.text


def test_who_complains_while_it_runs_does_not_get_it(draft, sink, settings):
    # One connection, so that what is promised already is far from the last ten.
    settings.SEND_CONNECTIONS = 1
    sink.slow = 0.01
    start(draft, people=120)
    last = Delivery.objects.select_related("contact").order_by("-pk")[:10]
    prints = [bytes(one.contact.fingerprint) for one in last if one.contact]
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(at_once, lambda: transport.work(draft.pk, seconds=20))
        stage.wait_until(lambda: len(sink.taken) > 5)
        suppression.suppress(draft.workspace_id, prints, Suppression.Reason.COMPLAINT)
        working.result()
    assert not {delivery.address for delivery in last} & set(sink.recipients())
    assert stage.states(draft) == {"sent": 110, "suppressed": 10}
