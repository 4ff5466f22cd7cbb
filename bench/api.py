"""api.page: a page of contacts as a program gets it, of a workspace with a million people.

A hundred of them by key, the first page and one far behind, over all people and on a list; the
slowest question counts. The reference is the limit.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from bench import audience
from campaigns.accounts import keyset
from campaigns.accounts.api_keys import making
from campaigns.accounts.models import Member, User, Workspace

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
ROUNDS = 15
LIMIT_MS = 50
LENGTH = 100


def run() -> list[dict[str, Any]]:
    """Ask each question in turn, and return the slowest one's median."""
    everybody = audience.make(PEOPLE, port=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE audience_contact, audience_subscription")
        found = _measure(everybody.workspace, everybody.pk)
    finally:
        audience.clear(everybody)
    medians = {question: statistics.median(taken) for question, taken in found.items()}
    slowest = max(medians, key=medians.__getitem__)
    return [_row(slowest, medians)]


def _measure(workspace: Workspace, list_id: int) -> dict[str, list[float]]:
    client = _program(workspace)
    questions: dict[str, dict[str, Any]] = {
        "the first page": {},
        "a page far behind": {"at": _half_way(workspace)},
        "the oldest first": {"sort": "added"},
        "of a list": {"list": list_id, "status": "subscribed"},
        "of a list, far behind": {"list": list_id, "at": _half_way(workspace)},
    }
    found: dict[str, list[float]] = {question: [] for question in questions}
    with override_settings(API_REQUESTS_A_MINUTE=1_000_000):
        for turn in range(ROUNDS + 1):
            for question, query in questions.items():
                start = time.perf_counter()
                answer = client.get("/api/v1/contacts", {"limit": LENGTH, **query})
                took = (time.perf_counter() - start) * 1000
                if answer.status_code != 200 or len(answer.json()["items"]) != LENGTH:
                    raise AssertionError(f"{question} is not what it should be: {answer.text}")
                # The first turn makes connections and plans.
                if turn:
                    found[question].append(took)
    return found


def _program(workspace: Workspace) -> Client:
    user = User.objects.create_user(f"api{time.time_ns()}@example.com", "none")
    member = Member.objects.create(workspace=workspace, user=user, role=Member.Role.OWNER)
    _key, text = making.make(member, "Benchmark", ["contacts:read"])
    return Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {text}"})


def _half_way(workspace: Workspace) -> str:
    middle = workspace.contacts.order_by("pk")[PEOPLE // 2]
    return str(keyset.key_of(middle.created_at, middle.pk))


def _row(slowest: str, medians: dict[str, float]) -> dict[str, Any]:
    figure = medians[slowest]
    return {
        "name": "api.page",
        "figure": figure,
        "unit": "ms",
        "reference": f"the limit: {slowest}, the slowest of {len(medians)} questions"
        f" to {PEOPLE:,} people",
        "reference_figure": LIMIT_MS,
        "ratio": figure / LIMIT_MS,
        "target": "≤ 1",
        "met": figure <= LIMIT_MS,
        "all": {question: round(median, 1) for question, median in medians.items()},
    }
