"""A provider by API as a process of its own: `python -m tests.chaos.provider PORT JOURNAL`.

The stub of the tests, with a journal that is written before each answer. What happens to a
mail is in its address; now and then it asks everybody for time.
"""

import random
import sys
import threading
import time
from collections.abc import Iterable
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.sending.provider_stub import Accepted, Handler, Stub

# Faults that concern one mail; the first is a refusal.
FAULTS = ("refused", "lost-answer", "cut", "garbled", "silent")
SLOW_DOWN = (429, {"Retry-After": "7"}, '{"message": "too many requests"}')
# Seconds between two times that it asks for time.
CALM = (0.5, 3.0)


class Journal(list[Accepted]):
    """What was accepted, on disk before anybody is told."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lock = threading.Lock()

    def append(self, mail: Accepted) -> None:
        self += [mail]

    def __iadd__(self, mails: Iterable[Accepted]) -> "Journal":  # type: ignore[override, misc]
        lines = [f"accept - {mail.recipient} {_fault_of(mail.unlucky)}\n" for mail in mails]
        with self._lock, self._path.open("a") as file:
            file.write("".join(lines))
        return self


def _fault_of(address: str) -> str:
    return next((name for name in FAULTS if address.startswith(name)), "")


def main() -> None:
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    stub = Stub(accepted=Journal(path))
    handler = type("BoundHandler", (Handler,), {"stub": stub})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    while True:
        time.sleep(random.uniform(*CALM))
        stub.always = SLOW_DOWN
        time.sleep(0.05)
        stub.always = None


if __name__ == "__main__":
    main()
