"""The ledger under every order of events: two workers, zombies, the reaper, people, evidence."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sending.machine import Ledger

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "25"))


def run():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_the_promises_hold():
    run()
