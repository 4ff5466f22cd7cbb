"""Hits that were answered are counted once, whatever is killed or down in between."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db.models import F, Sum

from tests.browser import stack
from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tests.tracking.processes import Machine, relay
from tests.tracking.readers import Readers, counted, is_drained, paths_of
from tracking import draining, hits, spool
from tracking.models import Event, HourCount
from tracking.tokens import Token

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 4
# A machine that does ten things at once starts a process in so many seconds.
until = partial(stack.until, seconds=120)
_HITS = Sum(F("opens") + F("clicks"))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    host = Machine(tmp_path / "host")
    yield host
    host.stop()


def _arrived(count: int) -> bool:
    return Event.objects.count() >= count


def test_killing_web_and_drainer_loses_and_doubles_nothing(machine):
    campaign = make_campaign()
    web, drainer = machine.start_web(), machine.start_drainer()
    with Readers(machine, paths_of(campaign)) as readers:
        for number in range(KILLS):
            enough = readers.answered + 50
            until(partial(readers.were_answered, enough), "readers are answered")
            if number % 2:
                machine.kill(web)
                web = machine.start_web()
            else:
                until(partial(_arrived, Event.objects.count() + 1), "hits arrive")
                machine.kill(drainer)
                drainer = machine.start_drainer()
    until(lambda: Event.objects.count() >= readers.answered, "all hits arrive")
    machine.kill(drainer)
    machine.kill(web)
    until(partial(is_drained, machine.spool), "the last of the dead let go of the spool")
    # A hit may be in the spool whose answer the kill took away.
    assert readers.answered <= Event.objects.count() <= readers.asked
    assert Event.objects.count() == counted()


# Small steps, so that a kill meets the drainer at any point of one; and no more of them than
# leave something for others, however late the kill comes.
SMALL_STEPS = """
import signal
import sys
from pathlib import Path
import django
django.setup()
from tracking.draining import Drainer
drainer = Drainer(Path(sys.argv[1]))
for _ in range(40):
    drainer.step(limit=40)
signal.pause()
"""


def test_killing_a_drainer_at_any_point_counts_each_hit_once(machine):
    campaign = make_campaign()
    found = [make_hit(person(campaign, n % 500 + 1), after=n) for n in range(5_000)]
    fill(machine.spool, found)
    for _ in range(3):
        more = Event.objects.count() + 1
        drainer = machine.start("-c", SMALL_STEPS, str(machine.spool))
        until(partial(_arrived, more), "the drainer gets on")
        machine.kill(drainer)
    assert Event.objects.count() < 5_000, "it was killed amid its work"
    draining.drain(machine.spool)
    assert Event.objects.count() == counted() == 5_000


def test_two_drainers_count_each_hit_once(machine):
    campaign = make_campaign()
    drainers = [machine.start_drainer(), machine.start_drainer()]
    for start in range(0, 6_000, 200):
        fill(machine.spool, [make_hit(Token(campaign), after=start + n) for n in range(200)])
    until(lambda: Event.objects.count() >= 6_000, "all hits arrive")
    until(lambda: not spool.segments(machine.spool), "the spool is empty")
    assert Event.objects.count() == counted() == 6_000
    for drainer in drainers:
        drainer.send_signal(signal.SIGTERM)
    assert [drainer.wait(60) for drainer in drainers] == [0, 0]


def test_readers_are_answered_while_the_database_is_down(machine):
    campaign = make_campaign("https://example.com/a", "https://example.com/b")
    opened, clicked = paths_of(campaign)[:2]
    with relay() as cable:
        machine.database_url = cable.url
        web, drainer = machine.start_web(), machine.start_drainer()
        assert machine.get(clicked) == 302
        until(lambda: Event.objects.count() == 1, "the hit arrives")
        cable.cut()
        assert [machine.get(path) for path in (opened, clicked)] == [200, 302]
        machine.kill(web)
        machine.start_web()
        # The process is new: it knows links by the copy beside the spool alone.
        assert machine.get(clicked.removesuffix("1") + "2") == 302
        assert machine.get(opened) == 200
        assert Event.objects.count() == 1
        cable.mend()
        until(lambda: Event.objects.count() == 5, "what came meanwhile arrives")
        assert counted() == 5
        assert drainer.poll() is None, machine.log()


def test_an_hour_without_the_database_is_counted_hour_by_hour(machine):
    """What an hour leaves in the spool: many segments, of servers that were killed meanwhile."""
    campaign = make_campaign("https://example.com/a")
    minutes = range(0, 60, 3)
    for minute in minutes:
        writer = spool.Writer(machine.spool, max_bytes=4_000)
        for number in range(100):
            hit = make_hit(person(campaign, number + 1), number % 2, after=minute * 60 + number / 2)
            writer.append(hits.pack(hit))
        with spool.segments(machine.spool)[-1].open("ab") as file:
            file.write(b"\xca\x00\x40torn")  # And then it was killed.
        writer.close()
    made = len(minutes) * 100
    assert len(spool.segments(machine.spool)) > 40
    drainer = machine.start_drainer()
    until(lambda: Event.objects.count() >= made, "all hits arrive")
    until(lambda: not spool.segments(machine.spool), "the spool is empty")
    assert Event.objects.count() == counted() == made
    # AT is half past nine: each hit is counted when it was made, not when it was drained.
    by_hour = dict(HourCount.objects.order_by().values_list("hour").annotate(hits=_HITS))
    assert {hour.hour: count for hour, count in by_hour.items()} == {9: made / 2, 10: made / 2}
    assert drainer.poll() is None, machine.log()


def test_hosts_of_their_own_collect_for_one_database(machine, tmp_path):
    """Two tracking hosts with spools and drainers of their own; one is lost and comes back."""
    campaign = make_campaign()
    other = Machine(tmp_path / "other")
    try:
        for host in (machine, other):
            host.start_web(workers=2)
            host.start_drainer()
        with (
            Readers(machine, paths_of(campaign), pause=0.002) as near,
            Readers(other, paths_of(campaign), pause=0.002) as far,
        ):
            until(lambda: min(near.answered, far.answered) > 100, "both hosts answer")
            until(lambda: Event.objects.count() > 0, "hits arrive")
            for process in other.processes:
                other.kill(process)
            enough = near.answered + 100
            until(partial(near.were_answered, enough), "the other host goes on alone")
            other.start_web(workers=2)
            other.start_drainer()
            enough = far.answered + 100
            until(partial(far.were_answered, enough), "the lost one is back")
        answered, asked = near.answered + far.answered, near.asked + far.asked
        until(lambda: Event.objects.count() >= answered, "all hits arrive")
        spools = (machine.spool, other.spool)
        until(lambda: not any(map(spool.segments, spools)), "both spools are empty")
        assert answered <= Event.objects.count() == counted() <= asked
    finally:
        other.stop()


def test_readers_are_answered_while_the_disk_is_full_and_their_hits_are_counted_later(
    machine, small_disk
):
    campaign = make_campaign()
    machine.var.mkdir()
    machine.spool.symlink_to(small_disk / "spool")
    (small_disk / "spool").mkdir(mode=0o700)
    web = machine.start_web()
    paths = paths_of(campaign)
    assert [machine.get(path) for path in paths[:4]] == [200, 302, 200, 302]
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    answers = Counter(machine.get(path) for path in paths * 3)
    assert answers == {200: 60, 302: 60}
    ballast.unlink()
    drainer = machine.start_drainer()
    until(lambda: Event.objects.count() == 124, "all hits arrive")
    assert counted() == 124
    for process in (web, drainer):
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert draining.drain(machine.spool) == 0
    until(partial(is_drained, machine.spool), "the spool is empty")


def test_a_hit_is_in_the_report_within_two_seconds(machine):
    campaign = make_campaign()
    machine.start_web()
    machine.start_drainer()
    paths = paths_of(campaign)
    machine.get(paths[0])
    until(lambda: Event.objects.count() == 1, "the first hit arrives")
    # A machine that does ten things at once may be late; not each time, if we are not.
    assert any(_is_counted_within(2, machine, paths[1]) for _ in range(5))


def _is_counted_within(seconds: float, machine: Machine, path: str) -> bool:
    before, began = counted(), time.monotonic()
    machine.get(path)
    until(lambda: counted() == before + 1, "the hit is counted")
    return time.monotonic() - began <= seconds
