"""Limits of a sender: never exceeded, shared by all workers, and free for who has none."""

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.composing.models import Campaign
from campaigns.sending import launch, reaping, transport
from campaigns.sending.models import Delivery, Throttle
from campaigns.sending.models.pace import PARTS
from campaigns.sending.pacing.gates import Brakes
from campaigns.sending.querysets import throttling
from tests import world
from tests.sending import stage
from tests.sending.test_tasks import worker

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = 3600, 86_400


def limit(sender, most, period=HOUR, mailbox="", kind="limit"):
    throttling.set_limit(sender.pk, mailbox=mailbox, kind=kind, period=period, most=most)


def turn_on(parts=PARTS + 1):
    """Let so many parts of every period go by."""
    Throttle.objects.update(slot=F("slot") - parts)


def take(sender, **wanted):
    return throttling.take(sender.pk, wanted).granted


def start(campaign, people=0, name="p"):
    stage.make_many(campaign.workspace, campaign.lists.get(), people, name=name)
    assert launch.launch(campaign)
    assert launch.prepare(campaign.pk)


def work_and_close(campaign_id):
    try:
        return transport.work(campaign_id, seconds=120)
    finally:
        connection.close()


def test_a_window_gets_what_is_left_and_no_more(sender):
    limit(sender, 50)
    assert [take(sender, other=32)["other"] for _ in range(3)] == [32, 18, 0]


def test_many_workers_at_once_never_exceed_a_limit(sender):
    limit(sender, 500)
    limit(sender, 300, mailbox="gmail")

    def greedy(_n):
        got = {"gmail": 0, "other": 0}
        try:
            for _ in range(20):
                for mailbox, n in take(sender, gmail=7, other=5).items():
                    got[mailbox] += n
        finally:
            connection.close()
        return got

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(greedy, range(8)))
    gmail, other = (sum(one[name] for one in found) for name in ("gmail", "other"))
    assert gmail <= 300
    assert gmail + other == 500
    assert Throttle.objects.get(mailbox="").granted == 500


@given(steps=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=60))
@settings(max_examples=40)
def test_no_period_holds_more_wherever_it_begins(sender, steps):
    Throttle.objects.all().delete()
    # So long a period that the real clock stands still beside it.
    limit(sender, 10, period=1000 * DAY)
    now, grants = 0, []
    for parts, n in steps:
        turn_on(parts)
        now += parts
        grants.append((now, take(sender, other=n)["other"]))
    for begin, _n in grants:
        assert sum(n for at, n in grants if begin <= at <= begin + PARTS) <= 10


def test_what_was_taken_comes_back_after_the_period(sender):
    limit(sender, 10)
    take(sender, other=10)
    turn_on(PARTS)
    assert take(sender, other=1) == {"other": 0}
    turn_on(1)
    assert take(sender, other=4) == {"other": 4}


def take_and_die(sender):
    take(sender, other=6)
    connection.close()


def test_what_a_dead_worker_took_stays_taken(sender):
    limit(sender, 10)
    dying = threading.Thread(target=lambda: take_and_die(sender))
    dying.start()
    dying.join()
    connection.close()
    assert take(sender, other=10) == {"other": 4}


def test_the_strictest_limit_of_several_counts(sender):
    limit(sender, 100, period=1)
    limit(sender, 30, period=HOUR)
    limit(sender, 25, period=DAY)
    limit(sender, 5, mailbox="gmail")
    taken = throttling.take(sender.pk, {"gmail": 20, "yahoo": 40})
    assert taken.granted == {"gmail": 5, "yahoo": 20}
    # What is left of gmail is a matter of gmail; what is left of yahoo one of the sender.
    assert taken.left_by_mailbox == {"gmail": 5, "yahoo": 40}
    shut = {(one.mailbox, one.period) for one in taken.shut}
    assert shut == {("gmail", HOUR), ("", DAY)}


def test_it_says_when_the_next_may_go(sender):
    limit(sender, 1)
    [shut] = throttling.take(sender.pk, {"other": 5}).shut
    assert HOUR <= shut.seconds <= HOUR * (1 + 1 / PARTS)
    [found] = throttling.look(sender.pk)
    assert found.room == 0
    assert 0 <= (found.free_at - timezone.now()).total_seconds() - HOUR <= HOUR / PARTS


def test_other_senders_are_not_concerned(sender, workspace):
    limit(sender, 1)
    other = world.make_sender(workspace)
    assert take(other, other=32) == {"other": 32}


def test_a_changed_limit_keeps_what_was_spent(sender):
    limit(sender, 10)
    take(sender, other=10)
    limit(sender, 15)
    assert take(sender, other=32) == {"other": 5}


def test_parallel_workers_send_what_an_hour_allows_and_go_away(draft, sink, settings):
    settings.SEND_WORKERS = 4
    limit(draft.sender, 20)
    start(draft, people=80)
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work_and_close, [draft.pk] * 4)) == {False}
    assert time.monotonic() - began < 60
    assert len(sink.taken) == 20
    assert stage.states(draft) == {"sent": 20, "pending": 60}
    assert Delivery.objects.filter(attempt=0, state="pending").count() == 60
    # What a worker held comes back when the limit lets it.
    assert Delivery.objects.pending().filter(next_at__gt=timezone.now()).exists()
    assert transport.work(draft.pk, seconds=5) is False
    assert len(sink.taken) == 20


@pytest.mark.parametrize("fault", ["after_claim:2", "after_intent:3", "after_send:3"])
def test_a_worker_that_is_killed_wastes_a_window_and_exceeds_nothing(draft, sink, fault):
    limit(draft.sender, 20)
    start(draft, people=80)
    process = worker(f"transport.work({draft.pk}, seconds=10)", FAULT=fault)
    assert process.wait(60) == -signal.SIGKILL
    stage.let_leases_expire()
    reaping.reap()
    Delivery.objects.pending().update(next_at=timezone.now())
    while transport.work(draft.pk, seconds=20):
        pass
    # The third window is one of four.
    assert 16 <= len(sink.taken) <= 20
    assert Throttle.objects.get().granted == 20


def test_hour_after_hour_everybody_gets_it_once(draft, sink):
    limit(draft.sender, 25)
    start(draft, people=60)
    counts = []
    while Campaign.objects.get(pk=draft.pk).status == "sending":
        transport.work(draft.pk, seconds=20)
        counts.append(len(sink.taken))
        turn_on()
        Delivery.objects.pending().update(next_at=timezone.now())
    assert counts == [25, 50, 60]
    assert len(set(sink.recipients())) == 60


def test_a_pace_of_some_a_second_is_waited_for(draft, sink):
    limit(draft.sender, 20, period=1)
    start(draft, people=60)
    began = time.monotonic()
    while transport.work(draft.pk, seconds=20):
        pass
    assert len(sink.taken) == 60
    assert 2 <= time.monotonic() - began < 60


def test_a_mailbox_provider_that_had_enough_waits_while_the_others_go_on(draft, sink):
    limit(draft.sender, 5, mailbox="gmail")
    for n in range(20):
        world.make_contact(draft.workspace, on=draft.lists.get(), email=f"g{n}@gmail.com")
    start(draft, people=20)
    while transport.work(draft.pk, seconds=20):
        pass
    addresses = sink.recipients()
    assert sum(address.endswith("@gmail.com") for address in addresses) == 5
    assert sum(address.endswith("@example.com") for address in addresses) == 20
    waiting = [row.next_at for row in Delivery.objects.pending() if row.next_at is not None]
    assert len(waiting) == 15
    assert min(waiting) > timezone.now()
    # Not all at once, or an hour would be spent on giving them back again.
    assert (max(waiting) - min(waiting)).total_seconds() > HOUR / 2


@contextmanager
def statements():
    found: list[str] = []

    def watch(execute, sql, params, many, context):
        found.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def run_a_lane(campaign):
    """Send with one lane, and return its statements and the number of its windows."""
    stop = threading.Event()
    provider = campaign.sender.provider
    shift = transport.Shift(
        campaign, provider, time.monotonic() + 20, stop, Brakes(campaign, provider.pk, stop)
    )
    lane = transport.Lane(shift)
    real, windows = lane.mailer.hand_over, []

    def hand_over(mails, **options):
        windows.append(1)
        return real(mails, **options)

    lane.mailer.hand_over = hand_over  # type: ignore[method-assign]  # counts, then does it
    with statements() as found:
        lane.run()
    lane.mailer.close()
    return found, len(windows)


def test_a_sender_without_limits_costs_no_query_a_window(draft, sink):
    start(draft, people=100)
    found, windows = run_a_lane(
        Campaign.objects.select_related("sender__provider").get(pk=draft.pk)
    )
    assert len(sink.taken) == 100
    assert not [sql for sql in found if "sending_throttle" in sql or "sending_canary" in sql]
    # What was heard is added up once a claim.
    claims = [sql for sql in found if "sending_tally" in sql]
    assert len(claims) < windows


def test_a_sender_with_limits_costs_one_query_a_window(draft, sink):
    limit(draft.sender, 1000)
    limit(draft.sender, 5000, period=DAY)
    limit(draft.sender, 900, mailbox="other")
    start(draft, people=100)
    found, windows = run_a_lane(
        Campaign.objects.select_related("sender__provider").get(pk=draft.pk)
    )
    assert len(sink.taken) == 100
    assert len([sql for sql in found if "sending_throttle" in sql]) == windows < 20
