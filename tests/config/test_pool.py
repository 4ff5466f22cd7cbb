"""The pool of a worker goes on whichever of its processes is killed, and whenever."""

import os
import signal
from functools import partial

import pytest

from config.celery import app
from config.pool import MortalPool, TaskPool
from tests.sending import stage


@pytest.fixture
def pool():
    """A pool of two processes."""
    pool = MortalPool(2, lost_worker_timeout=1)
    yield pool
    pool.terminate()


def pids(pool):
    return {process.pid for process in pool._pool}


def is_replaced(pool, doomed):
    return doomed not in pids(pool) and len(pids(pool)) == 2


def answer(pool):
    return pool.apply_async(os.getpid).get(timeout=60)


def test_children_that_are_killed_while_they_wait_are_replaced_and_get_jobs(pool):
    """billiard's own pool is stuck after this, for good."""
    assert answer(pool) in pids(pool)
    for doomed in pids(pool):
        os.kill(doomed, signal.SIGKILL)
        stage.wait_until(partial(is_replaced, pool, doomed))
    assert answer(pool) in pids(pool)


def test_workers_use_it():
    assert app.conf.worker_pool == f"{TaskPool.__module__}:{TaskPool.__name__}"
