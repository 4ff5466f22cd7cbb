"""Celery for processes that will be killed: `celery -A tests.chaos.hasty`.

The product's own app, with three things that only the environment of a test can ask for:
beat that hurries (`CHAOS_TICK` seconds), a file that counts every message rung
(`CHAOS_RINGS`), and a naive engine (`CHAOS_BROKEN`), by which the proof shows that it can
fail. Pool processes die with their parent, so that nothing is ever left behind.
"""

import os
import signal
from pathlib import Path
from typing import Any

import django
from celery.signals import before_task_publish, worker_process_init
from django.conf import settings

from config.celery import app
from config.children import die_with

# Beat's tick, and not the limits of real providers, is what a minute of chaos waits for.
API_SECONDS = (1.0, 1.0)
BACK_OFF = (1,)
# Of a mail that is refused for now each time: half a minute.
DEADLINE_HOURS = 1 / 120
# How a statement of the reaper says "nobody can know", and what a naive one would say.
DOUBT = "'unknown', done_at = clock_timestamp(), unknown_since = clock_timestamp()"
AGAIN = "'pending', claim_token = NULL, next_at = clock_timestamp()"

django.setup()

# Ready only now.
from campaigns.sending.mailers import backends  # noqa: E402
from campaigns.sending.outcomes import Verdict  # noqa: E402
from campaigns.sending.pacing import retrying  # noqa: E402
from campaigns.sending.querysets import moves  # noqa: E402

__all__ = ["app"]


def hurry(tick: float) -> None:
    """Let beat ring every `tick` seconds, and let nobody wait longer than a test can."""
    app.conf.beat_schedule["sending"]["schedule"] = tick
    backends.TIMEOUT = API_SECONDS
    retrying.BACK_OFF = BACK_OFF
    settings.SEND_DEADLINE_HOURS = DEADLINE_HOURS


def break_guards() -> None:
    """Do as others do: what a dead worker held, and what got no answer, is sent again."""
    for name in ("REAP_INTENTS", "REAP_ORPHANS"):
        statement = getattr(moves, name)
        assert DOUBT in statement
        setattr(moves, name, statement.replace(DOUBT, AGAIN))
    retrying._STATES[Verdict.UNKNOWN] = "pending"


@worker_process_init.connect
def _die_with_parent(**_kwargs: Any) -> None:
    die_with(os.getppid(), signal.SIGKILL)


@before_task_publish.connect
def _count_ring(sender: str = "", **_kwargs: Any) -> None:
    if path := os.environ.get("CHAOS_RINGS"):
        with Path(path).open("a") as file:
            file.write(f"{sender}\n")


if "CHAOS_TICK" in os.environ:
    hurry(float(os.environ["CHAOS_TICK"]))
if os.environ.get("CHAOS_BROKEN"):
    break_guards()
