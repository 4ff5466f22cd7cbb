"""The report's page as a browser gets it, its queries alone, and its recipients as a file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from bench.report_scene import Scene
from campaigns.accounts.models import Member, User
from campaigns.composing.models import Campaign
from campaigns.reports import exports, recipients
from campaigns.reports.querysets import recipients as questions
from campaigns.reports.querysets import recipients_file

CSV_TARGET = 0.25
MEGABYTES = 24
EVERY = 50


class Reader(NamedTuple):
    """A signed-in browser, and the scene that it looks at."""

    scene: Scene
    client: Client

    def ask(self, path: str) -> str:
        """Return a page as a browser gets it."""
        storages = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        with override_settings(STORAGES=storages):
            answer = self.client.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path} answers {answer.status_code}")
        return answer.text


def reader(scene: Scene) -> Reader:
    """Let an owner of the scene's workspace sign in."""
    user = User.objects.create_user(f"bench{scene.campaign.pk}@example.com", "none")
    workspace = scene.everybody.workspace
    Member.objects.create(workspace=workspace, user=user, role=Member.Role.OWNER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return Reader(scene, client)


class Pages:
    """Asks for the report of either campaign."""

    def __init__(self, large: Reader, small: Reader) -> None:
        self._readers = {"small": small, "large": large}
        # What the first visitors find cold is warm for all others.
        for _visit in range(3):
            self.measure({"small": [], "large": [], "queries": []})

    def measure(self, taken: dict[str, list[float]]) -> None:
        """Add the milliseconds of each page, and of the queries of the large one."""
        for name in self._readers:
            start = time.perf_counter()
            self._ask(name)
            taken[name].append((time.perf_counter() - start) * 1000)
        with CaptureQueriesContext(connection) as queries:
            self._ask("large")
        taken["queries"].append(sum(float(query["time"]) * 1000 for query in queries))

    def _ask(self, name: str) -> None:
        one = self._readers[name]
        if "Best hour" not in one.ask(f"/campaigns/{one.scene.campaign.pk}/report/"):
            raise AssertionError(f"the page of the {name} campaign is not what it should be")


def csv(campaign: Campaign) -> list[dict[str, Any]]:
    """Stream the recipients as a file, beside a COPY of the same rows."""
    rows = campaign.deliveries.count()
    copied = rows / _timed(_copy(campaign))
    watched = _Watched()
    streamed = rows / _timed(watched.over(exports.export(campaign, "recipients").chunks))
    return [
        {
            "name": "report.csv",
            "figure": streamed,
            "unit": "rows/s",
            "reference": f"COPY TO STDOUT of the same {rows:,} rows",
            "reference_figure": copied,
            "ratio": streamed / copied,
            "target": CSV_TARGET,
            "met": streamed / copied >= CSV_TARGET,
        },
        {
            "name": "report.memory",
            "figure": watched.growth,
            "unit": "MB",
            "reference": "the limit: what the process grows by after the first rows",
            "reference_figure": MEGABYTES,
            "ratio": watched.growth / MEGABYTES,
            "target": "≤ 1",
            "met": watched.growth <= MEGABYTES,
        },
    ]


def _copy(campaign: Campaign) -> Iterator[bytes]:
    question = recipients.question(campaign, QueryDict())
    where, values = question.where()
    order = question.whole_order
    sql = recipients_file.STREAM.format(
        tables=questions.TABLES, fields=questions.FIELDS, where=where, order=order
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT", values) as copy:
        yield from copy


def _timed(chunks: Iterator[bytes]) -> float:
    start = time.perf_counter()
    for _chunk in chunks:
        pass
    return time.perf_counter() - start


class _Watched:
    """Says by how many megabytes the process grew while chunks went by."""

    growth = 0.0

    def over(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        first = 0.0
        for number, chunk in enumerate(chunks):
            if number % EVERY == EVERY - 1:
                now = _megabytes()
                first = first or now
                self.growth = max(self.growth, now - first)
            yield chunk


def _megabytes() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
