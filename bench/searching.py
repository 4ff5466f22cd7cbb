"""contacts.search: people found by what somebody types.

The page of contacts of a workspace with a million people, as a browser gets it, asked for
one person, for an address, for a word that nobody has, for words that a hundred thousand or
all of them have, and for such words together with rare ones. The slowest question counts;
the reference is the limit.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from bench import audience
from campaigns.accounts.models import Member, User, Workspace

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
ROUNDS = 5
LIMIT_MS = 100
# What is typed, and whether anybody is found.
QUESTIONS = {
    "person77777": True,
    "person77777@example.com": True,
    "person77": True,
    "person7": True,
    "person": True,
    "p": True,
    "acme sons": True,
    "person 7777": True,
    "acme person7 sons": True,
    "example.com": True,
    "nobody": False,
}


def run() -> list[dict[str, Any]]:
    """Ask each question in turn, and return the slowest one's median."""
    everybody = audience.make(PEOPLE, port=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE audience_contact, audience_subscription")
        found = _measure(everybody.workspace)
    finally:
        audience.clear(everybody)
    medians = {question: statistics.median(taken) for question, taken in found.items()}
    slowest = max(medians, key=medians.__getitem__)
    return [_row(slowest, medians)]


def _measure(workspace: Workspace) -> dict[str, list[float]]:
    user = User.objects.create_user(f"search{time.time_ns()}@example.com", "none")
    Member.objects.create(workspace=workspace, user=user, role=Member.Role.OWNER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    found: dict[str, list[float]] = {question: [] for question in QUESTIONS}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        for turn in range(ROUNDS + 1):
            for question, anybody in QUESTIONS.items():
                start = time.perf_counter()
                answer = client.get("/contacts/", {"q": question})
                took = (time.perf_counter() - start) * 1000
                if answer.status_code != 200 or (">person" in answer.text) != anybody:
                    raise AssertionError(f"the page of “{question}” is not what it should be")
                # The first turn compiles templates.
                if turn:
                    found[question].append(took)
    return found


def _row(slowest: str, medians: dict[str, float]) -> dict[str, Any]:
    figure = medians[slowest]
    return {
        "name": "contacts.search",
        "figure": figure,
        "unit": "ms",
        "reference": f"the limit: “{slowest}”, the slowest of {len(medians)} questions"
        f" to {PEOPLE:,} people",
        "reference_figure": LIMIT_MS,
        "ratio": figure / LIMIT_MS,
        "target": "≤ 1",
        "met": figure <= LIMIT_MS,
        "all": {question: round(median, 1) for question, median in medians.items()},
    }
