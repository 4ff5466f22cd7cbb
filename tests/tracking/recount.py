"""Add up again from the events what tracking counts as they arrive."""

from __future__ import annotations

from collections import Counter, defaultdict

from tracking.deeds import FACETS, STATES
from tracking.models import (
    CampaignCount,
    Engagement,
    Event,
    FacetCount,
    HourCount,
    LinkClicker,
    LinkCount,
    PeopleCount,
)

SURE = {"human", "proxied"}

Key = tuple[object, ...]
Counts = Counter[Key]


def same() -> None:
    """Say that every count is what the events add up to, as they came."""
    events = list(Event.objects.exclude(verdict="self").order_by("id"))
    _same_hits(events)
    _same_facets(events)
    _same_links(events)
    _same_people(events)
    _same_deeds(events)


def _same_hits(events: list[Event]) -> None:
    totals: Counts = Counter()
    hours: Counts = Counter()
    for event in events:
        totals[event.campaign_id, event.mode, event.verdict, event.kind] += 1
        hour = event.at.replace(minute=0, second=0, microsecond=0)
        hours[event.campaign_id, hour, event.mode, event.verdict, event.kind] += 1
    kept: Counts = Counter()
    for row in CampaignCount.objects.all():
        kept[row.campaign_id, row.mode, row.verdict, "open"] = row.opens
        kept[row.campaign_id, row.mode, row.verdict, "click"] = row.clicks
    assert +kept == totals
    kept = Counter()
    for one in HourCount.objects.all():
        kept[one.campaign_id, one.hour, one.mode, one.verdict, "open"] = one.opens
        kept[one.campaign_id, one.hour, one.mode, one.verdict, "click"] = one.clicks
    assert +kept == hours


def _same_facets(events: list[Event]) -> None:
    counts: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    firsts: dict[tuple[int, int, str], str] = {}
    for event in events:
        if event.verdict not in SURE:
            continue
        for facet in FACETS:
            value = getattr(event, facet)
            if not value and facet in ("region", "city"):
                continue
            row = counts[event.campaign_id, facet, value, event.mode]
            row[event.kind == "click"] += 1
            if event.delivery_id:
                key = (event.campaign_id, event.delivery_id, facet)
                firsts[key] = firsts.get(key) or value
    for (campaign, _delivery, facet), value in firsts.items():
        counts[campaign, facet, value, "individual"][2] += 1
    kept = {
        (row.campaign_id, row.facet, row.value, row.mode): [row.opens, row.clicks, row.people]
        for row in FacetCount.objects.all()
        if row.opens or row.clicks or row.people
    }
    assert kept == dict(counts)


def _same_links(events: list[Event]) -> None:
    clicks: Counts = Counter()
    people: dict[Key, set[int]] = defaultdict(set)
    for event in events:
        if event.kind == "click" and event.number:
            clicks[event.campaign_id, event.number, event.mode, event.verdict] += 1
            if event.verdict in SURE and event.delivery_id:
                people[event.campaign_id, event.number].add(event.delivery_id)
    kept: Counts = Counter()
    kept_people: Counts = Counter()
    for row in LinkCount.objects.all():
        kept[row.campaign_id, row.number, row.mode, row.verdict] = row.clicks
        kept_people[row.campaign_id, row.number] += row.people
    assert +kept == clicks
    assert +kept_people == {key: len(value) for key, value in people.items()}


def _same_people(events: list[Event]) -> None:
    people: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for event in events:
        if event.delivery_id is None:
            continue
        mine = people[event.campaign_id]
        sure, perhaps = event.verdict in SURE, event.verdict == "uncertain"
        clicked = event.kind == "click"
        for state, holds in {
            "openers_sure": sure,
            "openers_possible": sure or perhaps,
            "openers_raw": sure or perhaps or not clicked,
            "clickers_sure": clicked and sure,
            "clickers_possible": clicked and (sure or perhaps),
            "clickers_raw": clicked,
        }.items():
            if holds:
                mine[state].add(event.delivery_id)
    for row in PeopleCount.objects.all():
        expected = {state: len(people[row.campaign_id][state]) for state in STATES}
        kept = {state: getattr(row, state) for state in STATES}
        assert kept == expected
    assert PeopleCount.objects.count() == len(people)


def _same_deeds(events: list[Event]) -> None:
    made: dict[Key, list[Event]] = defaultdict(list)
    for event in events:
        if event.delivery_id is not None:
            made[event.campaign_id, event.delivery_id].append(event)
    rows = {(row.campaign_id, row.delivery_id): row for row in Engagement.objects.all()}
    assert rows.keys() == made.keys()
    for key, row in rows.items():
        sure = [event for event in made[key] if event.verdict in SURE]
        for kind in ("open", "click"):
            mine = [event for event in made[key] if event.kind == kind]
            counted = Counter(
                "sure"
                if e.verdict in SURE
                else "uncertain"
                if e.verdict == "uncertain"
                else "machine"
                for e in mine
            )
            for name in ("sure", "uncertain", "machine"):
                assert getattr(row, f"{kind}s_{name}") == counted[name]
            first = min((e.at for e in sure if e.kind == kind), default=None)
            assert getattr(row, f"first_{kind}_at") == first
        assert row.last_at == max((event.at for event in sure), default=None)
        for facet in FACETS:
            values = [getattr(event, facet) for event in sure if getattr(event, facet)]
            assert getattr(row, facet) == (values[0] if values else "")
    clickers = {(c.campaign_id, c.number, c.delivery_id) for c in LinkClicker.objects.all()}
    assert clickers == {
        (e.campaign_id, e.number, e.delivery_id)
        for e in events
        if e.delivery_id and e.number and e.kind == "click" and e.verdict in SURE
    }
