"""One run: campaigns go out through one broker while everything round them is harmed."""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos import brokers, crew, judge, provider
from tests.chaos.brokers import Broker
from tests.chaos.database import Database
from tests.chaos.harm import CRASH_BROKER, CRASH_DATABASE, EMPTY_BROKER, FREEZES, KILLS, Deed, Harm
from tests.chaos.judge import Findings
from tests.chaos.mailing import FAULTS, Mailing
from tests.services.servers import free_port

TICK = 0.5
# Seconds between two deeds: what is killed has to have lived.
REST = (0.15, 0.8)
# So long may the rest take once nothing is harmed any more.
PATIENCE = 150.0
# Seconds in which every kind of answer comes up.
LONG = 100.0
# A machine that does ten things at once takes its time to start four processes.
START_SECONDS = 120.0


@dataclass(frozen=True)
class Plan:
    """What to run: through which broker, and by SMTP or to a provider's API.

    Goes on after `seconds` until `least_kills` were done, but for twice that time at most.
    """

    name: str
    broker: str
    seconds: float
    by_api: bool = False
    broken: bool = False
    least_kills: int = 3
    people: int = 6_000
    database_crashes: int = 3
    broker_crashes: int = 2
    broker_emptied: int = 3

    def timetable(self) -> list[tuple[float, Deed]]:
        """Say when what is rare happens, in seconds from the beginning, last first."""
        rare = [
            *[CRASH_DATABASE] * self.database_crashes,
            *[CRASH_BROKER] * self.broker_crashes,
            *[EMPTY_BROKER] * self.broker_emptied,
        ]
        random.shuffle(rare)
        step = self.seconds / (len(rare) + 1)
        return [(step * number, deed) for number, deed in enumerate(rare, 1)][::-1]


@dataclass
class Report:
    """What was done and what was found."""

    name: str
    findings: Findings = field(default_factory=Findings)
    done: Counter[str] = field(default_factory=Counter)
    at_work: int = 0
    finished: bool = True
    took: float = 0
    # Of a provider's API: what it answered how often, of all that it can; in a run that is
    # long enough for the rarest, nothing may be missing.
    answers: Counter[str] = field(default_factory=Counter)
    wanted: tuple[str, ...] = ()
    is_long: bool = False

    def __add__(self, other: "Report") -> "Report":
        return Report(
            self.name,
            self.findings + other.findings,
            self.done + other.done,
            self.at_work + other.at_work,
            self.finished and other.finished,
            self.took + other.took,
            self.answers + other.answers,
            (*self.wanted, *other.wanted),
            self.is_long or other.is_long,
        )

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(self.done[name] for name in KILLS)

    @property
    def freezes(self) -> int:
        """How many processes were stopped for a while."""
        return sum(self.done[name] for name in FREEZES)

    def violations(self) -> list[str]:
        """Name every promise that was broken."""
        broken = self.findings.violations()
        if not self.finished:
            broken.append(f"a campaign did not end within {PATIENCE:.0f} s")
        if not self.kills:
            broken.append("nothing was killed: nothing was shown")
        broken += [
            f"nobody met “{name}”: nothing was shown"
            for name in self.wanted
            if self.is_long and not self.answers[name]
        ]
        return broken


def run(plan: Plan, folder: Path, var: Path, database: Database) -> Report:
    """Do it, and return what was found. Leaves no process behind."""
    began = time.monotonic()
    folder.mkdir()
    folder.chmod(0o711)
    report = Report(plan.name, is_long=plan.seconds >= LONG)
    report.wanted = provider.ANSWERS if plan.by_api else ()
    with (
        brokers.running(plan.broker, folder, var) as broker,
        _at_work(plan, folder, database, broker) as (party, mailing),
        Harm(party, database, broker, mailing) as harm,
    ):
        try:
            _harm(plan, harm)
            report.finished = mailing.finish(PATIENCE, harm.tend)
        finally:
            report.done, report.at_work = harm.done, harm.at_work
        if not report.finished:
            print(party.words("worker1"), party.words("worker2"), mailing.left(), file=sys.stderr)
    journal = judge.Journal.read(folder / "journal")
    report.answers = journal.answers
    report.findings = judge.judge(mailing.people, mailing.rows(), journal, allowed=harm.doubt)
    report.took = time.monotonic() - began
    return report


def _harm(plan: Plan, harm: Harm) -> None:
    began, timetable = time.monotonic(), plan.timetable()
    while (passed := time.monotonic() - began) < plan.seconds or (
        _struck(harm) < plan.least_kills and passed < 2 * plan.seconds
    ):
        harm.mailing.keep_going()
        harm.tend()
        harm.strike()
        if timetable and passed > timetable[-1][0]:
            harm.do(timetable.pop()[1])
        time.sleep(random.uniform(*REST))
    # On a slow machine the deeds may have been late; they belong to the proof all the same.
    for _moment, deed in timetable:
        harm.do(deed)
    harm.thaw()


def _struck(harm: Harm) -> int:
    return sum(harm.done[name] for name in (*KILLS, *FREEZES))


@contextmanager
def _at_work(
    plan: Plan, folder: Path, database: Database, broker: Broker
) -> Iterator[tuple[crew.Crew, Mailing]]:
    """Start everything, and wait until the first mails are out."""
    journal, port = folder / "journal", free_port()
    journal.touch()
    party = crew.Crew(folder, _environment(plan, database, broker))
    module = "tests.chaos.provider" if plan.by_api else "tests.sending.sink"
    taker = (sys.executable, "-m", module, str(port), str(journal), str(FAULTS))
    try:
        party.start("taker", taker)
        party.start("beat", crew.BEAT)
        for name in ("worker1", "worker2"):
            party.start(name, crew.WORKER)
        mailing = Mailing(port=port, by_api=plan.by_api, size=plan.people)
        deadline = time.monotonic() + START_SECONDS
        while not journal.stat().st_size:
            assert time.monotonic() < deadline, party.words("worker1")
            mailing.keep_going()
            time.sleep(0.1)
        yield party, mailing
    finally:
        party.stop()


def _environment(plan: Plan, database: Database, broker: Broker) -> Mapping[str, str]:
    hurried = {"CHAOS_TICK": str(TICK), "CHAOS_BROKEN": "1" if plan.broken else ""}
    return crew.settings(database.url, broker.url) | hurried
