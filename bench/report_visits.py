"""Every page that a marketer opens, of the large workspace and of the small one, in turn."""

from __future__ import annotations

import statistics
import time
from typing import Any

from django.http import QueryDict

from bench import report_scene, visits
from bench.report_pages import Reader
from campaigns.accounts import keyset
from campaigns.reports import hits, recipients, sharing
from campaigns.reports.querysets import hits as hit_questions
from campaigns.reports.querysets import ranking

ROUNDS = 3
LIMIT_MS = 150


def measure(large: Reader, small: Reader) -> list[dict[str, Any]]:
    """Ask for each page in turn, and return the medians."""
    facts = {"large": _facts(large), "small": _facts(small)}
    readers = {"large": large, "small": small}
    found = []
    for name, path in visits.PAGES.items():
        taken: dict[str, list[float]] = {"large": [], "small": []}
        for turn in range(ROUNDS + 1):
            for size, one in readers.items():
                start = time.perf_counter()
                one.ask(path.format(**facts[size]))
                # The first turn compiles templates, and counts what is remembered from then on.
                if turn:
                    taken[size].append((time.perf_counter() - start) * 1000)
        found.append(_row(name, *(statistics.median(times) for times in taken.values())))
    return found


def _row(name: str, large: float, small: float) -> dict[str, Any]:
    return {
        "name": visits.PREFIX + name,
        "figure": large,
        "unit": "ms",
        "reference": f"the same page of a workspace with {report_scene.FEW:,} people and events",
        "reference_figure": small,
        "ratio": large / small,
        "target": f"≤ {LIMIT_MS} ms",
        "met": large <= LIMIT_MS,
    }


def _facts(one: Reader) -> dict[str, object]:
    """What stands in the addresses of pages: of a scene, and deep in its tables."""
    campaign = one.scene.campaign
    people = campaign.deliveries.count()
    contact = campaign.deliveries.order_by("-pk").values_list("contact_id", flat=True)[0]
    _link, address = sharing.share(campaign, days=1, by=None)
    return {
        "list": one.scene.everybody.pk,
        "campaign": campaign.pk,
        "under_way": one.scene.under_way.pk,
        "contact": contact,
        "deep_recipient": _recipient(one, "", people // 4),
        "deep_clicker": _recipient(one, "show=clicked", people // 40),
        "deep_hit": _hit(one, people // 2),
        "token": address.rstrip("/").rpartition("/")[2],
    }


def _recipient(one: Reader, query: str, number: int) -> str:
    question = recipients.question(one.scene.campaign, QueryDict(query))
    place, row = ranking.window(question, None, number)[-1]
    return str(keyset.key_of(place, row.id))


def _hit(one: Reader, number: int) -> str:
    row = hit_questions.window(hits.question(one.scene.campaign, QueryDict()), None, number)[-1]
    return str(keyset.key_of(row.at, row.id))
