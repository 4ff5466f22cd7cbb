"""What is done to the processes of a run, and how many mails each deed can leave in doubt."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil
from django.db import connection

from tests.chaos import crew
from tests.chaos.brokers import Broker
from tests.chaos.database import Database
from tests.chaos.mailing import Mailing

# Longer than a lease at most, so that some wake up when others have gone on without them.
FREEZE_SECONDS = (0.5, 2.5 * crew.LEASE)


@dataclass(frozen=True)
class Deed:
    """Something bad. `windows`: how many connections it can interrupt in the middle."""

    name: str
    do: Callable[["Harm"], bool]
    windows: int
    weight: int = 0


class Harm:
    """Does it, and keeps count."""

    def __init__(
        self, party: crew.Crew, database: Database, broker: Broker, mailing: Mailing
    ) -> None:
        self.party, self.database, self.broker, self.mailing = party, database, broker, mailing
        self.done: Counter[str] = Counter()
        # Kills and freezes of a process that held a connection at that moment.
        self.at_work = 0
        # Mails that may be unconfirmed by now.
        self.doubt = 0
        self._frozen: list[tuple[float, psutil.Process]] = []
        self._over = threading.Event()

    def __enter__(self) -> "Harm":
        threading.Thread(target=self._thaw_in_time, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()

    def strike(self) -> None:
        """Do something at random."""
        self.do(random.choices(DEEDS, [deed.weight for deed in DEEDS])[0])

    def do(self, deed: Deed) -> None:
        """Do this deed, and count it if it could be done."""
        if deed.do(self):
            self.done[deed.name] += 1
            self.doubt += deed.windows * crew.WINDOW

    def tend(self) -> None:
        """Do what the supervisor does beside us."""
        self.done[TENDED] += self.party.tend()

    def thaw(self) -> None:
        """Let all that are frozen go on."""
        self._thaw(float("inf"))

    def kill_child(self) -> bool:
        return self._with_child(psutil.Process.kill)

    def freeze_child(self) -> bool:
        def freeze(process: psutil.Process) -> None:
            process.suspend()
            self._frozen.append((time.monotonic() + random.uniform(*FREEZE_SECONDS), process))

        return self._with_child(freeze)

    def kill_group(self) -> bool:
        self.party.restart(random.choice(self.party.workers()))
        return True

    def kill_beat(self) -> bool:
        self.party.restart("beat")
        return True

    def kill_taker(self) -> bool:
        self.party.restart("taker")
        return True

    def drop_connections(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        return True

    def pause(self) -> bool:
        return self.mailing.pause()

    def crash_database(self) -> bool:
        connection.close()
        self.database.crash(random.choice((signal.SIGQUIT, signal.SIGKILL)))
        return True

    def crash_broker(self) -> bool:
        self.broker.crash()
        return True

    def empty_broker(self) -> bool:
        self.broker.empty()
        return True

    def _thaw_in_time(self) -> None:
        """In a thread of its own: who is frozen may hold what we wait for."""
        while not self._over.wait(0.1):
            self._thaw(time.monotonic())

    def _thaw(self, now: float) -> None:
        for ends_at, process in list(self._frozen):
            if now > ends_at:
                with suppress(psutil.Error):
                    process.resume()
                with suppress(ValueError):
                    self._frozen.remove((ends_at, process))

    def _with_child(self, do: Callable[[psutil.Process], None]) -> bool:
        frozen = {process.pid for _ends_at, process in self._frozen}
        found = [
            child
            for name in self.party.workers()
            for child in self.party.children(name)
            if child.pid not in frozen
        ]
        random.shuffle(found)
        busy = [child for child in found if crew.is_at_work(child, self.mailing.port)]
        if not found:
            return False
        try:
            do((busy or found)[0])
        except psutil.NoSuchProcess:
            return False
        self.at_work += bool(busy)
        return True


_CHILD = crew.CONNECTIONS
_WORKER = 2 * _CHILD
_ALL = 2 * _WORKER
CRASH_DATABASE = Deed("database crashes", Harm.crash_database, _ALL)
CRASH_BROKER = Deed("broker restarts", Harm.crash_broker, 0)
EMPTY_BROKER = Deed("broker emptied", Harm.empty_broker, 0)
DEEDS = (
    Deed("kills of a pool process", Harm.kill_child, _CHILD, weight=66),
    Deed("freezes of a pool process", Harm.freeze_child, _CHILD, weight=16),
    Deed("kills of a whole worker", Harm.kill_group, _WORKER, weight=5),
    Deed("kills of beat", Harm.kill_beat, 0, weight=3),
    Deed("kills of the mail server", Harm.kill_taker, _ALL, weight=2),
    Deed("database connections dropped", Harm.drop_connections, _ALL, weight=4),
    Deed("pauses and resumes", Harm.pause, 0, weight=4),
)
KILLS = tuple(deed.name for deed in DEEDS if deed.name.startswith("kills"))
FREEZES = ("freezes of a pool process",)
TENDED = "gave up and were restarted"
EVERYTHING = (
    *(deed.name for deed in (*DEEDS, CRASH_DATABASE, CRASH_BROKER, EMPTY_BROKER)),
    TENDED,
)
