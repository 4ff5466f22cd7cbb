"""A slice of `make chaos`, with all tests: everything is killed, nobody gets two, nobody is lost.

The run is a program of its own with a database of its own, because it crashes that too. On
a slow machine it kills less; what it must show stays the same.
"""

import os
import subprocess
import sys

import pytest

from tests import environment
from tests.chaos.crew import BASE

SECONDS = 12


def chaos(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the program as `make chaos` does, apart from this test's folder and database."""
    ours = (environment.FOLDER, "CANDID_VAR", "DATABASE_URL")
    run = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *words],
        cwd=BASE,
        env={name: value for name, value in os.environ.items() if name not in ours},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    print(run.stdout, run.stderr)
    return run


def test_nobody_gets_two_and_nobody_is_lost():
    run = chaos("--only", "slice", "--seconds", str(SECONDS))
    assert run.returncode == 0
    assert "every promise held" in run.stdout


@pytest.mark.chaos
def test_a_naive_engine_is_found_out():
    """Where the dead's mails are sent again, the same run finds people who got two."""
    run = chaos("--only", "naive")
    assert run.returncode == 0
    assert " 0 duplicates" not in run.stdout
