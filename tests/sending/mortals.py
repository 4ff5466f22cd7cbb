"""Sending processes that die: forked from one that has Django ready, each in no time.

`multiprocessing` starts that one at the first `start`; it imports this module, and nothing
else ever runs in it, so its children begin with neither threads nor connections.
"""

import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from typing import Any

import django

# In the process that is forked from. In a test, it has happened.
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from campaigns.sending import faults, transport  # noqa: E402
from campaigns.sending.building import Builder  # noqa: E402
from campaigns.sending.outcomes import Outgoing  # noqa: E402
from campaigns.sending.querysets.ledger import Claimed  # noqa: E402

KILLED = -signal.SIGKILL
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])
# What a test may have changed, and its processes must know.
_SHARED = (
    "ALLOW_PRIVATE_HOSTS",
    "INSTANCE_FILE",
    "SEND_REPLY_SECONDS",
    "SEND_CONNECTIONS",
    "SEND_WORKERS",
)


def start(campaign_id: int, *, fault: str = "", times: int = 1, poison: str = "") -> BaseProcess:
    """Send in a process that is killed at the point `fault`, when it comes there the n-th time.

    `poison` is an address whose mail kills whoever makes it.
    """
    known = {name: getattr(settings, name) for name in _SHARED}
    process = _FORKS.Process(
        target=_live,
        args=(connection.settings_dict["NAME"], known, campaign_id, fault, times, poison),
        daemon=True,
    )
    process.start()
    return process


def end_of(process: BaseProcess, seconds: float = 60) -> int | None:
    """Wait for a process, and return how it ended."""
    process.join(seconds)
    return process.exitcode


def _live(
    database: str, known: dict[str, Any], campaign_id: int, fault: str, times: int, poison: str
) -> None:
    connection.settings_dict["NAME"] = database
    for name, value in known.items():
        setattr(settings, name, value)
    faults._NAME, faults._left = fault, times
    if poison:
        vars(transport)["Builder"] = _deadly(poison)
    while transport.work(campaign_id, seconds=20):
        pass


def _deadly(poison: str) -> type[Builder]:
    """As a parser that crashes, or a value that eats all memory."""

    class Deadly(Builder):
        def outgoing(self, row: Claimed) -> Outgoing:
            if row.address == poison:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().outgoing(row)

    return Deadly
