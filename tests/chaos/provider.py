"""Providers by API as a process of its own: `python -m tests.chaos.provider PORT JOURNAL`.

The stub of the tests, with a journal that is written before each answer. What happens to a
mail is in its address; now and then it asks everybody for time, in seconds or until a moment.
"""

import random
import sys
import threading
import time
from collections.abc import Iterable
from email.utils import formatdate
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.sending.provider_stub import Accepted, Handler, Stub
from tests.sending.provider_wires import WIRES

# One takes or refuses a call as a whole; the other tells everybody's fate.
KINDS = ("mailgun", "postmark")
# What the addresses of mails that meet a fault begin with, and how a run counts its answers.
FAULTS = {
    "refused": "refusals (4xx)",
    "lost-answer": "500 after accepting",
    "cut": "cut after accepting",
    "garbled": "answers cut short",
    "silent": "answers too late",
    "slow-answer": "slow answers",
    "missing": "batches that leave one out",
}
PARTIAL = "batches taken in part"
SECONDS, DATE = "429, wait in seconds", "429, wait until a date"
ANSWERS = (*FAULTS.values(), PARTIAL, SECONDS, DATE)
# Seconds between two times that it asks for time, and how long it does at most.
CALM, ASKING = (0.5, 3.0), 1.0


class Journal(list[Accepted]):
    """What was accepted, and what was said, on disk before anybody is told."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lock = threading.Lock()

    def append(self, mail: Accepted) -> None:
        self += [mail]

    def __iadd__(self, mails: Iterable[Accepted]) -> "Journal":  # type: ignore[override, misc]
        self._write(f"accept - {mail.recipient} {_fault_of(mail)}" for mail in mails)
        return self

    def note(self, *answers: str) -> None:
        """Write down what kind of answer goes out next."""
        self._write(f"answer {answer}" for answer in answers)

    def _write(self, lines: Iterable[str]) -> None:
        text = "".join(f"{line}\n" for line in lines)
        with self._lock, self._path.open("a") as file:
            file.write(text)


class ChaosHandler(Handler):
    """Writes down what it says."""

    journal: Journal

    def say(self, fates: list[str], found: tuple[int, dict[str, str], str]) -> None:
        met = [name for name in FAULTS if any(fate.startswith(name) for fate in fates)]
        partly = WIRES[self.path.split("/")[1]].partly and len(fates) > 1
        said = [FAULTS[name] for name in met if name != "missing" or partly]
        if partly and "refused" in met:
            said.append(PARTIAL)
        self.journal.note(*said)
        super().say(fates, found)

    def answer(self, status: int, headers: dict[str, str], body: str) -> None:
        if status == 429:
            self.journal.note(SECONDS if headers["Retry-After"].isdecimal() else DATE)
        elif 400 <= status < 500:
            self.journal.note(FAULTS["refused"])
        super().answer(status, headers, body)


def _fault_of(mail: Accepted) -> str:
    # Of this one alone nothing is said, where everybody else's fate is.
    if mail.recipient.startswith("missing") and WIRES[mail.provider].partly:
        return "missing"
    return next((name for name in FAULTS if mail.unlucky.startswith(name)), "")


def _please_wait() -> tuple[int, dict[str, str], str]:
    until = random.choice(("7", formatdate(time.time() + 7, usegmt=True)))
    return 429, {"Retry-After": until}, '{"message": "too many requests"}'


def main() -> None:
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    journal = Journal(path)
    stub = Stub(accepted=journal)
    facts: dict[str, Any] = {"stub": stub, "journal": journal}
    server = ThreadingHTTPServer(("127.0.0.1", port), type("Bound", (ChaosHandler,), facts))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    while True:
        time.sleep(random.uniform(*CALM))
        asked, ends_at = stub.requests, time.monotonic() + ASKING
        stub.always = _please_wait()
        # Somebody has to hear it.
        while stub.requests == asked and time.monotonic() < ends_at:
            time.sleep(0.02)
        stub.always = None


if __name__ == "__main__":
    main()
