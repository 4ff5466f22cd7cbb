"""Ask a web server as fast as it answers, or at a given rate, over connections that stay open.

    python -m bench.load PORT SECONDS CONNECTIONS RATE < paths

A process of its own, so that it takes no time from whom it measures. Prints how many
requests were answered, how many of them not by 200 or 302, and the 99th percentile of the
waiting, in milliseconds. One request per connection is under way at any time.
"""

from __future__ import annotations

import itertools
import json
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36"
)


@dataclass(frozen=True)
class Result:
    answered: int
    failed: int
    seconds: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


def run(
    port: int, paths: Sequence[str], *, seconds: float, connections: int = 32, rate: float = 0
) -> Result:
    """Ask for `paths` in turn, in a process of its own; `rate` times a second, if given."""
    numbers = map(str, (port, seconds, connections, rate))
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", *numbers],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        check=True,
    )
    return Result(**json.loads(done.stdout))


def _ask(
    port: int, paths: Sequence[str], seconds: float, connections: int, rate: float
) -> dict[str, Any]:
    requests = itertools.cycle(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {_AGENT}\r\nAccept: */*\r\n"
        "Accept-Language: en\r\nSec-Fetch-Mode: no-cors\r\n\r\n".encode()
        for path in paths
    )
    poll = select.epoll()
    ends: dict[int, socket.socket] = {}
    asked_at: dict[int, float] = {}
    parts: dict[int, bytes] = {}
    for _ in range(connections):
        end = socket.create_connection(("127.0.0.1", port))
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ends[end.fileno()] = end
        poll.register(end, select.EPOLLIN)
    waits: list[float] = []
    failed = asked = 0
    start = time.perf_counter()
    until = start + seconds
    # Those that wait for their turn to ask.
    idle = deque(ends)
    while ends:
        now = time.perf_counter()
        if now >= until:
            for number in idle:
                poll.unregister(number)
                ends.pop(number).close()
            idle.clear()
            if not ends:
                break
        while idle and (not rate or now >= start + asked / rate):
            number = idle.popleft()
            asked += 1
            asked_at[number] = time.perf_counter()
            ends[number].sendall(next(requests))
        patience = max(0.0, start + asked / rate - now) if idle else None
        for number, _event in poll.poll(patience):
            answer = parts.pop(number, b"") + ends[number].recv(16384)
            if not _is_whole(answer):
                parts[number] = answer
                continue
            waits.append(time.perf_counter() - asked_at[number])
            failed += answer[9:12] not in (b"200", b"302")
            idle.append(number)
    waits.sort()
    return {
        "answered": len(waits),
        "failed": failed,
        "seconds": time.perf_counter() - start,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000,
    }


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    _before, named, after = head.lower().partition(b"content-length: ")
    return bool(end and named) and len(body) >= int(after.partition(b"\r")[0])


if __name__ == "__main__":
    port, seconds, connections, rate = sys.argv[1:5]
    given = sys.stdin.read().split()
    print(json.dumps(_ask(int(port), given, float(seconds), int(connections), float(rate))))
