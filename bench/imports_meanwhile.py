"""What an import of a million people costs the others: pages meanwhile, memory, and after it.

A worker of its own imports the file and notes the words of its people; meanwhile a browser
asks for the page of contacts of another workspace, again and again. The reference is the same page
before the import began.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from bench import imports
from campaigns.accounts.models import Member, User
from campaigns.audience import wording
from campaigns.audience.imports import importing
from campaigns.audience.models import Import
from tests import world

PEOPLE = 2_000
QUIET_PAGES = 200
# Between two pages: people read.
REST = 0.02
MOST_MB = 300
# A page may take so many times as long while two cores have an import to do.
MOST_RATIO = 4
# Words have to be noted before anybody wonders where they are.
MOST_SECONDS = 60


def run() -> list[dict[str, Any]]:
    """Measure, and return the figures as `python -m bench` prints them."""
    client = _browser()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    onto = imports.new_list()
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        with tempfile.NamedTemporaryFile(suffix=".csv") as file:
            imports.write(Path(file.name))
            one = imports.make(onto, Path(file.name))
        _pages(client, until=_count(20))
        quiet = _pages(client, until=_count(QUIET_PAGES))
        busy, memory, _seconds = _while_working(client, lambda: importing.run(one.pk))
        afterwards, _memory, seconds = _while_working(client, _note_words)
    one.refresh_from_db()
    if one.status != Import.Status.DONE or wording.is_waiting():
        raise RuntimeError(f"the import ended as {one.status}: {one.error}")
    imports.clean(onto, expected=one.contacts_created)
    calm, worst = _p95(quiet), max(_p95(busy), _p95(afterwards))
    return [
        _row("import.page", "ms", worst, calm, MOST_RATIO, "that page before; 95 % take less"),
        _row("import.memory", "MB", memory, MOST_MB, 1, "the limit"),
        _row("import.words", "s", seconds, MOST_SECONDS, 1, "the limit, after the import"),
    ]


def _row(
    name: str, unit: str, figure: float, reference: float, most: float, what: str
) -> dict[str, Any]:
    return {
        "name": name,
        "figure": figure,
        "unit": unit,
        "reference": what,
        "reference_figure": reference,
        "ratio": figure / reference,
        "target": f"≤ {most}",
        "met": figure / reference <= most,
    }


def _browser() -> Client:
    workspace = world.make_workspace()
    readers = world.make_list(workspace)
    for _person in range(PEOPLE):
        world.make_contact(workspace, on=readers)
    user = User.objects.create_user(f"meanwhile{workspace.pk}@example.com", "none")
    Member.objects.create(workspace=workspace, user=user, role=Member.Role.OWNER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _count(number: int) -> Callable[[], bool]:
    left = iter(range(number))
    return lambda: next(left, None) is None


def _pages(client: Client, *, until: Callable[[], bool]) -> list[float]:
    """Ask for the page until it is enough; return how long each took, in milliseconds."""
    taken = []
    while not until():
        began = time.perf_counter()
        if client.get("/contacts/").status_code != 200:
            raise RuntimeError("the page of contacts is not there")
        taken.append((time.perf_counter() - began) * 1000)
        time.sleep(REST)
    return taken


def _while_working(client: Client, work: Callable[[], object]) -> tuple[list[float], float, float]:
    """Ask for pages while a child works: how long they took, its memory, and its seconds."""
    connection.close()  # A child must not speak on our connection.
    began = time.perf_counter()
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    ended: list[float] = []

    def is_over() -> bool:
        pid, _status, usage = os.wait4(child, os.WNOHANG)
        if pid:
            ended.append(usage.ru_maxrss / 1024)
        return bool(pid)

    taken = _pages(client, until=is_over)
    return taken, ended[0], time.perf_counter() - began


def _note_words() -> None:
    wording.note_waiting()


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
