"""Hits that were answered are counted once, whatever is killed or down in between."""

from __future__ import annotations

import http.client
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.browser.stack import until
from tests.tracking.hitting import fill, make_campaign, make_hit, person
from tests.tracking.processes import Machine, ask, relay
from tracking import draining, keys, spool
from tracking.models import CampaignCount, Event
from tracking.tokens import Kind, Token

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 4


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    host = Machine(tmp_path / "host")
    yield host
    host.stop()


class Readers:
    """Threads that open and click without pause, and know what was answered."""

    def __init__(self, machine: Machine, paths: list[str]) -> None:
        self._machine, self._paths = machine, paths
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.answered = self.asked = 0
        self._threads = [threading.Thread(target=self._read) for _ in range(3)]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def were_answered(self, count: int) -> bool:
        return self.answered >= count

    def _read(self) -> None:
        connection = self._machine.connect()
        while not self._stop.is_set():
            with self._lock:
                self.asked += 1
            try:
                status = ask(connection, random.choice(self._paths))
                assert status in (200, 302)
                with self._lock:
                    self.answered += 1
            except (OSError, http.client.HTTPException):
                connection.close()
                self._stop.wait(0.02)


def paths_of(campaign: int) -> list[str]:
    signer = keys.signer()
    found = []
    for token in [Token(campaign), *(person(campaign, number) for number in range(1, 20))]:
        found.append(f"/track/open/{signer.sign(Kind.OPEN, token)}.gif")
        found.append(f"/track/click/{signer.sign(Kind.CLICK, token)}/1")
    return found


def _arrived(count: int) -> bool:
    return Event.objects.count() >= count


def counted() -> int:
    return sum(row.opens + row.clicks for row in CampaignCount.objects.all())


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
    draining.drain(machine.spool)
    # A hit may be in the spool whose answer the kill took away.
    assert readers.answered <= Event.objects.count() <= readers.asked
    assert Event.objects.count() == counted()
    assert spool.segments(machine.spool) == []


# Small steps, so that a kill meets the drainer at any point of one.
SMALL_STEPS = """
import sys
from pathlib import Path
import django
django.setup()
from tracking.draining import Drainer
drainer = Drainer(Path(sys.argv[1]))
while drainer.step(limit=40):
    pass
"""


def test_killing_a_drainer_at_any_point_counts_each_hit_once(machine):
    campaign = make_campaign()
    hits = [make_hit(person(campaign, n % 500 + 1), after=n) for n in range(5_000)]
    fill(machine.spool, hits)
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
    assert [drainer.wait(15) for drainer in drainers] == [0, 0]


def test_readers_are_answered_while_the_database_is_down(machine):
    campaign = make_campaign("https://example.com/a", "https://example.com/b")
    opened, clicked = paths_of(campaign)[:2]
    with relay() as cable:
        machine.database_url = cable.url
        web, drainer = machine.start_web(), machine.start_drainer()
        assert machine.get(clicked) == 302
        until(lambda: Event.objects.count() == 1, "the hit arrives", seconds=15)
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
        process.wait(20)
    assert draining.drain(machine.spool) == 0
    assert spool.segments(machine.spool) == []


def test_a_hit_is_in_the_report_within_two_seconds(machine):
    campaign = make_campaign()
    machine.start_web()
    machine.start_drainer()
    paths = paths_of(campaign)
    machine.get(paths[0])
    until(lambda: Event.objects.count() == 1, "the first hit arrives")
    machine.get(paths[1])
    until(lambda: counted() == 2, "the second hit is counted", seconds=2)
