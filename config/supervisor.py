"""Keep a set of programs running: start them, pass on what they say, restart them, stop them.

One thread, one loop. It knows nothing of Candid: `up.py` says what to run.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.children import Account, signal_group, spawn

# How long to wait before a program that died is started again: it doubles up to the limit,
# and begins anew after the program has lived for a while.
BACK_OFF_SECONDS = 0.5
LONGEST_BACK_OFF_SECONDS = 30.0
LIVED_SECONDS = 60.0
LONGEST_LINE = 64 * 1024

Say = Callable[[str, str], None]


@dataclass(frozen=True)
class Program:
    """What to run, and how to end it."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    account: Account | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    # How long it may take to stop before it is killed.
    patience: float = 10.0
    # Done before each start, such as clearing what a killed predecessor left.
    before: Callable[[], object] | None = None
    # Lines that hold one of these say nothing to anybody.
    unheard: Sequence[str] = ()


@dataclass
class Child:
    """A program with its current process, if any."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    restart_at: float | None = None
    unfinished: bytes = b""


class Supervisor:
    """Runs programs until told to stop. To be used from the main thread."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.children: dict[str, Child] = {}
        self.stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake, woken = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._woken = woken
        self._selector.register(self._wake, selectors.EVENT_READ)

    def catch_signals(self) -> None:
        """Stop on Ctrl-C, on SIGTERM and when the terminal goes; wake when a child ends."""
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def start(self, program: Program) -> Child:
        """Start a program, and keep it running from now on."""
        child = self.children[program.name] = Child(program)
        self._start(child)
        return child

    def run(self, until: Callable[[], bool]) -> None:
        """Look after the programs until the question is answered with yes, or we are stopped."""
        while not self.stopping and not until():
            self.turn(0.1)

    def turn(self, seconds: float) -> None:
        """Look after the programs once; wait at most so long for something to happen."""
        for key, _ in self._selector.select(seconds):
            if key.fd == self._wake:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake, 512)
            else:
                self._read(key.data)
        for child in self.children.values():
            self._bury(child)
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._start(child)

    def stop(self, names: Iterable[str]) -> None:
        """End these programs together, and wait until all of each is gone."""
        stopping = [self.children.pop(name) for name in names if name in self.children]
        for child in stopping:
            child.restart_at = None
            if child.process is not None:
                child.process.send_signal(child.program.stop_signal)
        for child in stopping:
            self._end(child)

    def lives(self, name: str) -> bool:
        """Say whether the program has a process at this moment."""
        child = self.children.get(name)
        return child is not None and child.process is not None and child.process.poll() is None

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _start(self, child: Child) -> None:
        program = child.program
        child.restart_at = None
        try:
            if program.before is not None:
                program.before()
            child.process = spawn(
                program.command,
                env=program.env,
                account=program.account,
                cwd=program.cwd,
                death_signal=program.stop_signal,
            )
        except OSError as error:
            self.say(program.name, f"could not be started: {error.strerror} ({error.filename})")
            self._restart_later(child)
            return
        child.started = time.monotonic()
        output = child.process.stdout
        if output is not None:
            os.set_blocking(output.fileno(), False)
            self._selector.register(output, selectors.EVENT_READ, child)

    def _read(self, child: Child) -> bool:
        """Pass on the lines that a program has written, and say whether there may be more."""
        output = child.process.stdout if child.process else None
        if output is None or output.closed:
            return False
        try:
            data = os.read(output.fileno(), 65536)
        except BlockingIOError:
            return False
        if not data:
            self._hang_up(child)
            return False
        *lines, child.unfinished = (child.unfinished + data).split(b"\n")
        if len(child.unfinished) > LONGEST_LINE:
            lines, child.unfinished = [*lines, child.unfinished], b""
        for line in lines:
            self._pass_on(child, line)
        return True

    def _pass_on(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text and not any(words in text for words in child.program.unheard):
            self.say(child.program.name, text)

    def _hang_up(self, child: Child) -> None:
        output = child.process.stdout if child.process else None
        if output is None or output.closed:
            return
        self._selector.unregister(output)
        output.close()
        if child.unfinished:
            self._pass_on(child, child.unfinished)
            child.unfinished = b""

    def _bury(self, child: Child) -> None:
        """When a program has ended, end what it forked, say so, and plan its return."""
        if child.process is None or child.process.poll() is None:
            return
        code = child.process.returncode
        self._read_all(child)
        signal_group(child.process.pid, signal.SIGKILL)
        self._hang_up(child)
        child.process = None
        if time.monotonic() - child.started > LIVED_SECONDS:
            child.deaths = 0
        wait = self._restart_later(child)
        self.say(child.program.name, f"{ending(code)}; starting it again in {wait:g} s")

    def _read_all(self, child: Child) -> None:
        """Pass on what a program said last, for it tells why it ended."""
        while self._read(child):
            pass

    def _restart_later(self, child: Child) -> float:
        wait = min(BACK_OFF_SECONDS * 2.0**child.deaths, LONGEST_BACK_OFF_SECONDS)
        child.deaths += 1
        child.restart_at = time.monotonic() + wait
        return wait

    def _end(self, child: Child) -> None:
        process = child.process
        if process is None:
            return
        deadline = time.monotonic() + child.program.patience
        while process.poll() is None and time.monotonic() < deadline:
            self.turn(0.05)
        if process.poll() is None:
            self.say(child.program.name, f"did not stop within {child.program.patience:g} s")
        signal_group(process.pid, signal.SIGKILL)
        process.wait()
        self._read_all(child)
        self._hang_up(child)


def ending(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was killed ({signal.Signals(-code).name})"
    except ValueError:
        return f"was killed (signal {-code})"
