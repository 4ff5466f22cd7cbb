"""segments.look, segments.count, segments.deeds: how many people a question finds.

A workspace with a million people on one list, of whom four of ten opened each of five
campaigns, and one of ten clicked: what the builder counts after each change. The reference
is a plain COUNT(*) of the same people, in the same run. What the builder shows at once, about
how many they are and some of them, is held against its limit.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bench import acting, audience
from campaigns.audience import list_bits_querysets
from campaigns.audience.models import Contact, List
from campaigns.audience.segments import compiling, counting, querysets
from campaigns.composing.models import Campaign
from campaigns.sending.querysets import digests

PEOPLE = int(os.environ.get("BENCH_MANY", "1000000"))
CAMPAIGNS = 5
ROUNDS = 5
# As many times as long as counting everybody may a question about facts, or deeds, take.
FACTS, DEEDS = 6, 6
LOOK_MS = 300
# One campaign is of long ago: one in twenty of its readers opened it in the last days.
LONG_AGO = timedelta(days=60)
READ_LONG_AGO = """
UPDATE tracking_engagement SET first_open_at = %(then)s
 WHERE campaign_id = %(campaign)s AND contact_id %% 20 <> 0
"""
# Mails that all arrived and were measured, to everybody: what "did not open" must look at.
DELIVERIES = """
INSERT INTO sending_delivery (
    workspace_id, campaign_id, contact_id, uuid, address, address_key, domain, mode,
    consent_epoch, revision, state, attempt, sending_at, done_at, message_id, enhanced_code,
    reason)
SELECT workspace_id, %(campaign)s, id, gen_random_uuid(), email, email_key, 'example.com',
       'individual', 0, 1, 'sent', 1, now(), now(), '', '', ''
  FROM audience_contact WHERE workspace_id = %(workspace)s
"""


def run() -> list[dict[str, Any]]:
    """Count in turn, and return the medians of the slowest question of each kind."""
    everybody = audience.make(PEOPLE, port=0)
    campaigns = [audience.campaign(everybody) for _ in range(CAMPAIGNS)]
    now = timezone.now()
    for campaign in campaigns:
        Campaign.objects.filter(pk=campaign.pk).update(
            status=Campaign.Status.SENT, launched_at=now, finished_at=now
        )
    try:
        with connection.cursor() as cursor:
            for campaign in campaigns:
                values = {"workspace": everybody.workspace_id, "campaign": campaign.pk}
                cursor.execute(acting.ENGAGEMENT, values)
                cursor.execute(acting.CLICKERS, values)
                cursor.execute(DELIVERIES, values)
            then = now - LONG_AGO
            cursor.execute(READ_LONG_AGO, {"campaign": campaigns[0].pk, "then": then})
            Campaign.objects.filter(pk=campaigns[0].pk).update(launched_at=then, finished_at=then)
            cursor.execute("VACUUM ANALYZE audience_contact, audience_subscription")
            cursor.execute("VACUUM ANALYZE tracking_engagement, tracking_linkclicker")
            cursor.execute("VACUUM ANALYZE sending_delivery")
        # As the beat does, also once a campaign is over.
        list_bits_querysets.renew()
        for campaign in campaigns:
            assert digests.make(campaign.pk)
        return _measure(everybody, campaigns)
    finally:
        with connection.cursor() as cursor:
            ids = [campaign.pk for campaign in campaigns]
            for table in ("tracking_engagement", "tracking_linkclicker", "tracking_deedbits"):
                cursor.execute(f"DELETE FROM {table} WHERE campaign_id = ANY(%s)", [ids])
        audience.clear(everybody)


def _questions(everybody: List, campaigns: list[Campaign]) -> dict[str, dict[str, Any]]:
    """The usual shapes, each with the answer that is known."""
    on = {"what": "list", "how": "on", "list": everybody.pk}
    one = campaigns[0].pk
    opened = {"what": "opened", "how": "campaign", "campaign": one}
    unopened = opened | {"how": "not_campaign"}
    link = {"what": "clicked", "how": "campaign", "campaign": one, "link": 7}
    last = {"what": "opened", "how": "last", "last": CAMPAIGNS}
    often = {"what": "opened", "how": "often", "last": CAMPAIGNS, "times": 3}
    unread = {"what": "opened", "how": "not_last", "last": CAMPAIGNS}
    never = {"what": "opened", "how": "never"}
    lately = {"what": "opened", "how": "in_last", "days": 30}
    name = {"what": "first_name", "how": "ends", "value": "7"}
    return {
        "facts: a name": _all(name),
        "facts: a list": _all(on),
        "facts: a name or a domain": _all(
            {"match": "any", "of": [name, {"what": "email", "how": "domain", "value": "x.example"}]}
        ),
        "deeds: on a list and opened": _all(on, opened),
        "deeds: on a list and did not open": _all(on, unopened),
        "deeds: on a list, or never opened": {"match": "any", "of": [on, never]},
        "deeds: opened in the last days": _all(lately),
        "deeds: on a list and opened in the last days": _all(on, lately),
        "deeds: was sent some in the last days": _all(
            {"what": "sent", "how": "in_last", "days": 30}
        ),
        "deeds: clicked a link": _all(link),
        "deeds: opened any of the last five": _all(last),
        "deeds: opened three of the last five": _all(often),
        "deeds: a name, or opened": _all({"match": "any", "of": [name, opened]}),
        "deeds: was sent one and did not open it": _all(unopened),
        "deeds: opened none of the last five": _all(unread),
        "deeds: never opened any": _all(never),
        "deeds: never clicked any": _all({"what": "clicked", "how": "never"}),
        "deeds: a name, or never opened": _all({"match": "any", "of": [name, never]}),
    }


def _all(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"match": "all", "of": list(parts)}


def _measure(everybody: List, campaigns: list[Campaign]) -> list[dict[str, Any]]:
    workspace = everybody.workspace
    plain: list[float] = []
    taken: dict[str, list[float]] = {}
    asked = {name: compiling.read(raw) for name, raw in _questions(everybody, campaigns).items()}
    for turn in range(ROUNDS + 1):
        took = _timed(lambda: Contact.objects.filter(workspace=workspace).count())
        if turn:
            plain.append(took)
        for name, question in asked.items():
            people = compiling.people(workspace, question)
            took = _timed(lambda people=people: querysets.within(60_000, people.count))  # type: ignore[misc]  # a default keeps the loop's value
            if turn:
                taken.setdefault(name, []).append(took)
    medians = {name: statistics.median(rounds) for name, rounds in taken.items()}
    for name, figure in medians.items():
        print(f"  {name}: {figure:,.0f} ms")
    whole = statistics.median(plain)
    looks = looked(everybody, campaigns)
    slowest = max(looks, key=looks.__getitem__)
    return [
        {
            "name": "segments.look",
            "figure": looks[slowest],
            "unit": "ms",
            "reference": f"the limit: “{slowest}”, the slowest of {len(looks)} questions",
            "reference_figure": LOOK_MS,
            "ratio": looks[slowest] / LOOK_MS,
            "target": "≤ 1",
            "met": looks[slowest] <= LOOK_MS,
            "all": {name: round(figure, 1) for name, figure in looks.items()},
        },
        _row("segments.count", _slowest(medians, "facts"), whole, FACTS),
        _row("segments.deeds", _slowest(medians, "deeds"), whole, DEEDS),
    ]


def looked(everybody: List, campaigns: list[Campaign]) -> dict[str, float]:
    """Return what the builder needs to show something of each question."""
    more: dict[str, dict[str, Any]] = {
        "deeds: was never sent any": {"what": "sent", "how": "never"},
        "deeds: on what they read": {"what": "device", "how": "is", "values": ["mobile"]},
    }
    asked = _questions(everybody, campaigns) | {name: _all(raw) for name, raw in more.items()}
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(ROUNDS + 1):
        for name, raw in asked.items():
            question = compiling.read(raw)
            took = _timed(lambda question=question: counting.look(everybody.workspace, question))  # type: ignore[misc]  # a default keeps the loop's value
            if turn:
                taken[name].append(took)
    return {name: statistics.median(rounds) for name, rounds in taken.items()}


def _slowest(medians: dict[str, float], kind: str) -> float:
    return max(figure for name, figure in medians.items() if name.startswith(kind))


def _timed(ask: Callable[[], Any]) -> float:
    start = time.perf_counter()
    if ask() is None:
        raise AssertionError(f"a question takes longer than {counting.SAVED_MS} ms")
    return (time.perf_counter() - start) * 1000


def _row(name: str, figure: float, whole: float, target: int) -> dict[str, Any]:
    return {
        "name": name,
        "figure": figure,
        "unit": "ms",
        "reference": f"COUNT(*) of the same {PEOPLE:,} people",
        "reference_figure": whole,
        "ratio": figure / whole,
        "target": f"≤ {target}",
        "met": figure <= whole * target,
    }
