"""contacts.turning: the pages of a workspace's contacts, and of a list, a million people long.

Each page as a browser gets it, sorted by each column: the first, the one after it, and one
from the middle, to which a key leads. The slowest one counts; the reference is the limit.
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
from campaigns.accounts import keyset
from campaigns.accounts.models import Member, User
from campaigns.audience.models import List

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
ROUNDS = 3
LIMIT_MS = 1_000
# Of orders that an index has; the others sort a million people for each page.
QUICK_MS = 150
QUICK = ("contacts email", "contacts -added", "contacts added", "list -since", "list since")
SORTS = {
    "contacts": ("-added", "added", "email", "name", "measuring"),
    "list": ("-since", "since", "email", "name", "measuring"),
}


def run() -> list[dict[str, Any]]:
    """Ask for each page in turn, and return the medians of the slowest ones."""
    everybody = audience.make(PEOPLE, port=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE audience_contact, audience_subscription")
        found = measure(everybody)
    finally:
        audience.clear(everybody)
    medians = {name: statistics.median(taken) for name, taken in found.items()}
    quick = {name: took for name, took in medians.items() if name.startswith(QUICK)}
    return [
        _row("contacts.turning", quick, QUICK_MS),
        _row("contacts.sorting", medians, LIMIT_MS),
    ]


def measure(everybody: List) -> dict[str, list[float]]:
    """Return what each page took."""
    workspace = everybody.workspace
    user = User.objects.create_user(f"turn{time.time_ns()}@example.com", "none")
    Member.objects.create(workspace=workspace, user=user, role=Member.Role.OWNER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    middle = workspace.contacts.order_by("pk")[PEOPLE // 2]
    since = middle.subscriptions.get().subscribed_at
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    places = {"added": middle.created_at, "since": since}
    addresses = {"contacts": "/contacts/", "list": f"/lists/{everybody.pk}/"}
    found: dict[str, list[float]] = {}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        for turn in range(ROUNDS + 1):
            for where, sorts in SORTS.items():
                for sort in sorts:
                    key = keyset.key_of(places.get(sort.removeprefix("-")), middle.pk)
                    for name, at in {"first": "", "middle": str(key)}.items():
                        took = _timed(client, addresses[where], {"sort": sort, "at": at})
                        # The first turn compiles templates.
                        if turn:
                            found.setdefault(f"{where} {sort}, {name}", []).append(took)
    return found


def _timed(client: Client, address: str, query: dict[str, str]) -> float:
    start = time.perf_counter()
    answer = client.get(address, query)
    took = (time.perf_counter() - start) * 1000
    if answer.status_code != 200 or (query["at"] and 'rel="prev"' not in answer.text):
        raise AssertionError(f"the page {query} is not what it should be")
    return took


def _row(name: str, medians: dict[str, float], limit: int) -> dict[str, Any]:
    slowest = max(medians, key=medians.__getitem__)
    figure = medians[slowest]
    return {
        "name": name,
        "figure": figure,
        "unit": "ms",
        "reference": f"the limit: “{slowest}”, the slowest of {len(medians)} pages of {PEOPLE:,}",
        "reference_figure": limit,
        "ratio": figure / limit,
        "target": "≤ 1",
        "met": figure <= limit,
        "all": {page: round(median, 1) for page, median in medians.items()},
    }
