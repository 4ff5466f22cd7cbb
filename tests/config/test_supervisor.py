"""The supervisor, by real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.children import MARK, left_behind
from config.supervisor import Program, Supervisor

BASE = Path(__file__).resolve().parent.parent.parent
TALKER = "import time; print('hello', flush=True); time.sleep(600)"


class Listener:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, name: str, text: str) -> None:
        self.lines.append(f"{name}: {text}")

    def count(self, line: str) -> int:
        return self.lines.count(line)


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def supervisor(listener: Listener) -> Iterator[Supervisor]:
    one = Supervisor(listener)
    yield one
    one.stop(list(one.children))


def program(name: str, code: str, **options: Any) -> Program:
    command = [sys.executable, "-u", "-c", textwrap.dedent(code)]
    return Program(name=name, command=command, env=dict(os.environ), **options)


def until(supervisor: Supervisor, question: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "waited in vain"
        supervisor.turn(0.05)


def exists(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_passes_on_what_a_program_says_under_its_name(supervisor, listener):
    supervisor.start(program("talker", TALKER))
    until(supervisor, lambda: "talker: hello" in listener.lines)


def test_starts_a_killed_program_again_and_says_so(supervisor, listener):
    child = supervisor.start(program("talker", TALKER))
    until(supervisor, lambda: listener.count("talker: hello") == 1)
    child.process.kill()
    until(supervisor, lambda: listener.count("talker: hello") == 2)
    assert "talker: was killed (SIGKILL); starting it again in 0.5 s" in listener.lines


def test_waits_longer_each_time_a_program_fails(supervisor, listener):
    supervisor.start(program("broken", "raise SystemExit(3)"))
    until(supervisor, lambda: len(listener.lines) >= 3)
    assert listener.lines[:3] == [
        f"broken: ended with code 3; starting it again in {seconds} s"
        for seconds in ("0.5", "1", "2")
    ]


def test_tells_the_last_words_of_a_program_that_failed(supervisor, listener):
    supervisor.start(program("broken", "import sys; sys.exit('the port is taken')"))
    until(supervisor, lambda: listener.lines)
    assert listener.lines[0] == "broken: the port is taken"


def test_what_a_killed_program_forked_goes_with_it(supervisor, listener):
    parent = """
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(child.pid, flush=True)
        time.sleep(600)
    """
    child = supervisor.start(program("parent", parent))
    until(supervisor, lambda: listener.lines)
    grandchild = int(listener.lines[0].removeprefix("parent: "))
    child.process.kill()
    until(supervisor, lambda: not exists(grandchild))


def test_stops_a_program_that_does_not_listen(supervisor, listener):
    deaf = """
        import signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("ready", flush=True)
        time.sleep(600)
    """
    child = supervisor.start(program("deaf", deaf, patience=0.3))
    until(supervisor, lambda: listener.lines)
    pid = child.process.pid
    supervisor.stop(["deaf"])
    assert not exists(pid)
    assert "deaf: did not stop within 0.3 s" in listener.lines


POLITE = """
    import signal, sys, time
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("good-bye"))
    print("ready", flush=True)
    time.sleep(600)
"""


def test_a_program_says_good_bye_while_it_stops(supervisor, listener):
    supervisor.start(program("polite", POLITE))
    until(supervisor, lambda: listener.lines)
    supervisor.stop(["polite"])
    assert listener.lines == ["polite: ready", "polite: good-bye"]


def test_a_program_that_has_just_ended_is_heard_out(supervisor, listener):
    child = supervisor.start(program("polite", POLITE))
    until(supervisor, lambda: listener.lines)
    child.process.terminate()
    child.process.wait(60)
    supervisor.stop(["polite"])
    assert listener.lines == ["polite: ready", "polite: good-bye"]


def test_a_stopped_program_stays_stopped(supervisor, listener):
    supervisor.start(program("talker", TALKER))
    until(supervisor, lambda: listener.lines)
    supervisor.stop(["talker"])
    for _ in range(20):
        supervisor.turn(0.05)
    assert listener.lines == ["talker: hello"]


def test_a_command_that_is_missing_is_said_and_tried_again(supervisor, listener):
    supervisor.start(Program(name="gone", command=["/no/such/program"], env={}))
    until(supervisor, lambda: len(listener.lines) >= 2)
    assert listener.lines[0].startswith("gone: could not be started: No such file")


def test_children_end_when_the_supervisor_is_killed(tmp_path):
    script = f"""
        import os, sys
        sys.path.insert(0, {str(BASE)!r})
        from config.supervisor import Program, Supervisor
        one = Supervisor(lambda name, text: print(text, flush=True))
        code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
        one.start(Program("child", [sys.executable, "-c", code], env={{}}))
        one.run(until=lambda: False)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while exists(child):
        assert time.monotonic() < deadline, "the child lives on"
        time.sleep(0.02)


def test_what_a_run_left_behind_is_known_by_its_mark_alone(tmp_path):
    env = {**os.environ, MARK: str(tmp_path)}
    ours = subprocess.Popen(["sleep", "60"], env=env)
    other = subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: f"{tmp_path}-other"})
    try:
        deadline = time.monotonic() + 10
        while left_behind(str(tmp_path)) != [ours.pid]:  # Until both have become `sleep`.
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        for process in (ours, other):
            process.send_signal(signal.SIGKILL)
            process.wait()
