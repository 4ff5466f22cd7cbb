"""Counts that are kept as events arrive equal a recount of the events."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL, GMAIL_PREFETCH, SCANNER
from tests.tracking.hitting import AT, JP, NL, fill, make_campaign, make_hit, person
from tracking import draining, facts, hits
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
from tracking.tokens import Token

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
AGENTS = [CHROME, CHROME, IPHONE, IPHONE, GMAIL, GMAIL, APPLE_PRIVACY, GMAIL_PREFETCH, SCANNER]
SURE = {"human", "proxied"}

Key = tuple[object, ...]
Counts = Counter[Key]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def drain(folder: Path, *found: hits.Hit) -> None:
    fill(folder, list(found))
    draining.drain(folder)


@pytest.mark.parametrize("seed", range(3))
def test_counts_equal_a_recount_of_the_events(folder, seed):
    chance = random.Random(seed)
    campaigns = [make_campaign("https://a.example", "https://b.example") for _ in range(3)]
    made = [_random_hit(chance, campaigns, second) for second in range(0, 30_000, 60)]
    drainer = draining.Drainer(folder)
    while made:
        some = chance.randint(1, 80)
        fill(folder, made[:some])
        made = made[some:]
        while drainer.step(limit=chance.randint(1, 60)):
            pass
    assert Event.objects.count() == 500
    events = list(Event.objects.order_by("at", "id"))
    _same_hits(events)
    _same_facets(events)
    _same_links(events)
    _same_people(events)


def _random_hit(chance: random.Random, campaigns: list[int], second: int) -> hits.Hit:
    campaign = chance.choice(campaigns)
    token = chance.choice([Token(campaign), *[person(campaign, chance.randint(1, 25))] * 3])
    flags = chance.choice(["fl"] * 9 + ["flg"])
    number = chance.choice([0, 0, 1, 2])
    agent, ip = chance.choice(AGENTS), chance.choice([NL, JP, "127.0.0.1"])
    return make_hit(token, number, after=second, agent=agent, ip=ip, flags=flags)


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
        for facet in ("country", "device", "os", "client"):
            value = getattr(event, facet)
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
    }
    assert kept == dict(counts)


def _same_links(events: list[Event]) -> None:
    clicks: Counts = Counter()
    people: dict[Key, set[int]] = defaultdict(set)
    for event in events:
        if event.kind == "click":
            clicks[event.campaign_id, event.number, event.mode, event.verdict] += 1
            if event.verdict in SURE and event.delivery_id:
                people[event.campaign_id, event.number].add(event.delivery_id)
    kept: Counts = Counter()
    kept_people: Counts = Counter()
    for row in LinkCount.objects.all():
        kept[row.campaign_id, row.number, row.mode, row.verdict] = row.clicks
        kept_people[row.campaign_id, row.number] += row.people
    assert kept == clicks
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
        expected = {state: len(found) for state, found in people[row.campaign_id].items()}
        kept = {state: getattr(row, state) for state in expected}
        assert kept == expected
    assert PeopleCount.objects.count() == len(people)


def test_a_person_is_counted_once_however_often_they_open(folder):
    campaign = make_campaign()
    mail = person(campaign, 1)
    drain(folder, make_hit(mail), make_hit(mail, after=60))
    drain(folder, make_hit(mail, after=120))
    deeds = Engagement.objects.get(campaign_id=campaign)
    assert (deeds.opens_sure, deeds.contact_id) == (3, 5001)
    assert deeds.first_open_at == AT and deeds.last_at == AT + timedelta(minutes=2)
    assert PeopleCount.objects.get(campaign_id=campaign).openers_sure == 1


def test_a_click_without_images_makes_an_opener(folder):
    campaign = make_campaign()
    drain(folder, make_hit(person(campaign, 1), 1))
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.openers_sure, people.clickers_sure) == (1, 1)


def test_what_a_machine_does_is_kept_and_counts_for_nobody(folder):
    campaign = make_campaign()
    drain(folder, make_hit(person(campaign, 1), 1, agent=SCANNER))
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.openers_sure, people.openers_possible, people.clickers_sure) == (0, 0, 0)
    assert people.clickers_raw == 1
    event = Event.objects.get(campaign_id=campaign)
    assert (event.verdict, event.reason, event.country, event.device) == (
        "scanner",
        "barracuda",
        "",
        "",
    )
    assert not FacetCount.objects.filter(campaign_id=campaign).exists()


def test_a_person_seen_through_a_proxy_first_moves_to_their_device(folder):
    campaign = make_campaign()
    mail = person(campaign, 1)
    drain(folder, make_hit(mail, agent=GMAIL))
    assert _devices(campaign) == {"": 1}
    drain(folder, make_hit(mail, 1, after=60, agent=IPHONE))
    assert _devices(campaign) == {"mobile": 1}
    # The first of each stays: nobody counts twice in a pie.
    drain(folder, make_hit(mail, 1, after=120))
    assert _devices(campaign) == {"mobile": 1}
    assert Engagement.objects.get(campaign_id=campaign).client == "Gmail"


def _devices(campaign: int) -> dict[str, int]:
    rows = FacetCount.objects.filter(campaign_id=campaign, facet="device").exclude(people=0)
    return dict(rows.values_list("value", "people"))


def test_a_proxied_open_tells_no_place(folder):
    campaign = make_campaign()
    drain(folder, make_hit(Token(campaign), agent=GMAIL, ip="66.249.93.1"))
    event = Event.objects.get(campaign_id=campaign)
    assert (event.country, event.device, event.os, event.client) == ("", "", "", "Gmail")


def test_a_persons_open_tells_place_and_device(folder):
    campaign = make_campaign()
    drain(folder, make_hit(Token(campaign), agent=IPHONE, ip=JP))
    event = Event.objects.get(campaign_id=campaign)
    assert (event.country, event.device, event.os, event.client) == (
        "JP",
        "mobile",
        "iOS",
        "Mobile Safari",
    )


def test_a_signal_against_measuring_makes_a_hit_nobodys(folder):
    campaign = make_campaign()
    drain(folder, make_hit(person(campaign, 1), 1, flags="flg"))
    event = Event.objects.get(campaign_id=campaign)
    assert (event.mode, event.delivery_id, event.contact_id) == ("aggregate", None, None)
    assert event.at == AT.replace(minute=0), "the hour is enough"
    assert not Engagement.objects.filter(campaign_id=campaign).exists()
    assert not LinkClicker.objects.filter(campaign_id=campaign).exists()


def test_a_hit_right_after_sending_is_a_machines(folder, monkeypatch):
    campaign = make_campaign()
    hit = make_hit(person(campaign, 1), 1)
    monkeypatch.setattr(facts, "_sent_times", [])
    facts.register_sent_times(lambda ids: {1: _moment(hit, -1.0)} if 1 in ids else {})
    drain(folder, hit)
    assert Event.objects.get(campaign_id=campaign).reason == "too_soon"


def _moment(hit: hits.Hit, seconds: float):
    return datetime.fromtimestamp(hit.at_ns / 1e9 + seconds, UTC)


def test_all_links_at_once_are_a_machines(folder):
    campaign = make_campaign("https://a.example", "https://b.example", "https://c.example")
    mail = person(campaign, 1)
    drain(folder, *[make_hit(mail, number, after=number / 10) for number in (1, 2, 3)])
    assert set(Event.objects.values_list("reason", flat=True)) == {"burst"}


def test_a_campaign_nobody_told_us_of_is_not_counted(folder):
    drain(folder, make_hit(Token(999_999)))
    assert not Event.objects.exists()
    assert not CampaignCount.objects.exists()


def test_hits_of_a_past_month_find_a_place(folder):
    campaign = make_campaign()
    drain(folder, make_hit(Token(campaign), after=-86400 * 400))
    assert Event.objects.filter(campaign_id=campaign).count() == 1
