"""Workers are killed and frozen while campaigns go out: nobody gets two, nobody is lost.

Real Celery workers and a real beat on the embedded broker, and an SMTP server of its own
process that misbehaves and whose journal, written before each reply, is the truth. A slice
of it runs with all tests; `make chaos` goes on for `CHAOS_SECONDS`.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from campaigns.composing.models import Campaign
from campaigns.sending import launch, steering, tasks
from campaigns.sending.models import Cooldown, Delivery
from tests import databases, world
from tests.sending import stage

SLICE = 12.0
LONG = float(os.environ.get("CHAOS_SECONDS", "600"))
# As many people as keep the workers busy for that long.
PEOPLE_A_SECOND = 200
CONNECTIONS = 3
WINDOW = 32
FAULTS = 0.03
BASE = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
WORKER = [*CELERY, "worker", "--pool=prefork", "--concurrency=2", "--without-gossip"]
WORKER += ["--without-mingle", "--without-heartbeat"]
BEAT = [*CELERY, "beat", "--scheduler=celery.beat:Scheduler", "--pidfile="]

pytestmark = pytest.mark.django_db(transaction=True)


class Crew:
    """The processes of this test, and what was done to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.frozen: list[tuple[float, psutil.Process]] = []
        self.done: Counter[str] = Counter()
        self.environment = {
            **os.environ,
            "DATABASE_URL": databases.url(),
            "ALLOW_PRIVATE_HOSTS": "true",
            "SEND_CONNECTIONS": str(CONNECTIONS),
            "SEND_LEASE_SECONDS": "3",
            "SEND_INTENT_SECONDS": "4",
            "SEND_ORPHAN_SECONDS": "2",
            "SEND_REPLY_SECONDS": "2",
            "SEND_CLAIM_ROWS": "100",
            "LOG_LEVEL": "CRITICAL",
        }

    def start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=BASE,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def harm(self) -> None:
        """Do something bad to one worker."""
        name = random.choice(["worker1", "worker2"])
        process = self.processes[name]
        children = _children(process)
        kind = random.choices(["child", "frozen", "group", "backend"], [70, 15, 8, 7])[0]
        if kind == "group":
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.start(name, WORKER)
        elif kind == "backend":
            _drop_connections()
        elif children:
            child = random.choice(children)
            if kind == "frozen":
                child.suspend()
                self.frozen.append((time.monotonic() + random.uniform(1, 6), child))
            else:
                child.kill()
        else:
            return
        self.done[kind] += 1

    def thaw(self, *, all_: bool = False) -> None:
        for ends_at, child in list(self.frozen):
            if all_ or time.monotonic() > ends_at:
                self.frozen.remove((ends_at, child))
                if child.is_running():
                    child.resume()

    def stop(self) -> None:
        self.thaw(all_=True)
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.fixture
def crew(tmp_path):
    crew = Crew(tmp_path)
    yield crew
    crew.stop()


@pytest.mark.parametrize("seconds", [SLICE, pytest.param(LONG, marks=pytest.mark.chaos)])
def test_nobody_gets_two_and_nobody_is_lost(crew, tmp_path, workspace, seconds):
    people = int(seconds * PEOPLE_A_SECOND)
    journal, port = tmp_path / "journal", _free_port()
    journal.touch()
    for name in ("messages", "control"):
        (Path(settings.BROKER_DIR) / name).mkdir(parents=True, exist_ok=True)
    sink = [sys.executable, "-m", "tests.sending.sink", str(port), str(journal), str(FAULTS)]
    crew.start("sink", sink)
    crew.start("beat", BEAT)
    for name in ("worker1", "worker2"):
        crew.start(name, WORKER)
    campaign = world.make_campaign(
        workspace,
        sender=stage.make_smtp_sender(workspace, port),
        lists=[world.make_list(workspace)],
    )
    stage.make_many(workspace, campaign.lists.get(), people)
    assert launch.launch(campaign)
    tasks.ring_launch(campaign.pk)
    stage.wait_until(lambda: journal.stat().st_size > 0, 30)

    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at and not _is_over(campaign):
        crew.harm()
        crew.thaw()
        _hurry(campaign)
        time.sleep(random.uniform(0.1, 0.6))
    crew.thaw(all_=True)
    stage.wait_until(lambda: _is_over_soon(campaign), 60 + seconds)
    # Whoever was frozen may still write an answer down.
    stage.wait_until(lambda: not Delivery.objects.open().exists(), 15)
    _judge(people, journal, crew)


def _judge(people: int, journal: Path, crew: Crew) -> None:
    accepted = Counter(line.split()[1] for line in _lines(journal, "accept"))
    rows = list(Delivery.objects.values_list("uuid", "state", "attempt"))
    states = Counter(state for _uuid, state, _attempt in rows)
    twice = [name for name, times in accepted.items() if times > 1]
    false_sent = [u for u, state, _n in rows if state == "sent" and not accepted[u.hex]]
    false_failed = [u for u, state, _n in rows if state == "failed" and accepted[u.hex]]
    harm = sum(crew.done.values())
    doubtful = len(_lines(journal, "refuse")) + harm * CONNECTIONS * WINDOW
    print(
        f"\n{len(rows)} mails, {dict(crew.done)}, {dict(states)}, {sum(accepted.values())} accepted"
    )
    assert harm > 0
    assert len(rows) == people
    assert twice == []
    assert false_sent == []
    assert false_failed == []
    assert set(states) <= {"sent", "failed", "unknown"}
    assert states["unknown"] <= doubtful + people * FAULTS


def _lines(journal: Path, verdict: str) -> list[str]:
    return [line for line in journal.read_text().splitlines() if line.startswith(verdict)]


def _is_over(campaign: Campaign) -> bool:
    campaign.refresh_from_db()
    return campaign.status == Campaign.Status.SENT


def _is_over_soon(campaign: Campaign) -> bool:
    _hurry(campaign)
    return _is_over(campaign)


def _hurry(campaign: Campaign) -> None:
    """Make waiting times pass: ring more often than beat does, try again at once."""
    now = timezone.now()
    Delivery.objects.pending().filter(next_at__gt=now).update(next_at=now)
    Cooldown.objects.all().delete()
    campaign.refresh_from_db()
    if campaign.status == Campaign.Status.PAUSED:
        steering.resume(campaign)
    tasks.tick.delay()
    time.sleep(0.2)


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return list(psutil.Process(process.pid).children())
    except psutil.NoSuchProcess:
        return []


def _drop_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
