"""contacts.opened, contacts.clicked, contacts.link: people found by what they did.

The page of contacts of a workspace with a million people, as a browser gets it: those who
opened a campaign (four of ten), who clicked in it (one of ten), who clicked one of its links
(one of a thousand). The reference is the limit.
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
from campaigns.accounts.models import Member, User
from campaigns.audience.models import List
from campaigns.composing.models import Campaign

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
ROUNDS = 5
LIMIT_MS = 300
QUESTIONS = {
    "contacts.opened": "did=opened",
    "contacts.clicked": "did=clicked",
    "contacts.link": "did=clicked&link=7",
}
# Like what the drainer keeps, without the drainer: what is measured is how it is read.
ENGAGEMENT = """
INSERT INTO tracking_engagement (
    workspace_id, campaign_id, delivery_id, contact_id, opens_sure, opens_uncertain,
    opens_machine, clicks_sure, clicks_uncertain, clicks_machine, clicks_only,
    country, device, os, client, language, first_open_at, last_at, latest_at)
SELECT workspace_id, %(campaign)s, id, id, 1, 0, 0, (id %% 10 = 0)::int, 0, 0, false,
       'NL', 'mobile', 'iOS', 'Mobile Safari', 'en', now(), now(), now()
  FROM audience_contact WHERE workspace_id = %(workspace)s AND id %% 10 IN (0, 3, 5, 8)
"""
CLICKERS = """
INSERT INTO tracking_linkclicker (campaign_id, number, delivery_id)
SELECT campaign_id, CASE WHEN delivery_id %% 1000 = 0 THEN 7 ELSE 1 END, delivery_id
  FROM tracking_engagement WHERE campaign_id = %(campaign)s AND clicks_sure > 0
"""


def run() -> list[dict[str, Any]]:
    """Measure the pages in turn, and return their medians."""
    everybody = audience.make(PEOPLE, port=0)
    campaign = audience.campaign(everybody)
    values = {"workspace": everybody.workspace_id, "campaign": campaign.pk}
    try:
        with connection.cursor() as cursor:
            cursor.execute(ENGAGEMENT, values)
            cursor.execute(CLICKERS, values)
            cursor.execute("VACUUM ANALYZE audience_contact, tracking_engagement")
            cursor.execute("VACUUM ANALYZE tracking_linkclicker")
        found = _measure(everybody, campaign)
    finally:
        with connection.cursor() as cursor:
            for table in ("tracking_engagement", "tracking_linkclicker"):
                cursor.execute(f"DELETE FROM {table} WHERE campaign_id = %(campaign)s", values)
        audience.clear(everybody)
    return [_row(name, statistics.median(taken)) for name, taken in found.items()]


def _measure(everybody: List, campaign: Campaign) -> dict[str, list[float]]:
    user = User.objects.create_user(f"bench{campaign.pk}@example.com", "none")
    Member.objects.create(workspace=everybody.workspace, user=user, role=Member.Role.OWNER)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    found: dict[str, list[float]] = {name: [] for name in QUESTIONS}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        for turn in range(ROUNDS + 1):
            for name, question in QUESTIONS.items():
                start = time.perf_counter()
                answer = client.get(f"/contacts/?{question}&campaign={campaign.pk}")
                took = (time.perf_counter() - start) * 1000
                if answer.status_code != 200 or "Only people known" not in answer.text:
                    raise AssertionError(f"the page of {name} is not what it should be")
                # The first turn compiles templates.
                if turn:
                    found[name].append(took)
    return found


def _row(name: str, figure: float) -> dict[str, Any]:
    return {
        "name": name,
        "figure": figure,
        "unit": "ms",
        "reference": f"the limit: the page of contacts, of {PEOPLE:,} people",
        "reference_figure": LIMIT_MS,
        "ratio": figure / LIMIT_MS,
        "target": "≤ 1",
        "met": figure <= LIMIT_MS,
    }
