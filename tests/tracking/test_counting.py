"""Counts that are kept as events arrive equal a recount of the events."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tracking import recount
from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL, GMAIL_PREFETCH, SCANNER
from tests.tracking.hitting import AT, JP, NL, fill, make_campaign, make_hit, person
from tracking import draining, facts, hits
from tracking.models import (
    CampaignCount,
    Engagement,
    Event,
    FacetCount,
    LinkClicker,
    PeopleCount,
)
from tracking.tokens import Token

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
AGENTS = [CHROME, CHROME, IPHONE, IPHONE, GMAIL, GMAIL, APPLE_PRIVACY, GMAIL_PREFETCH, SCANNER]


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
    recount.same()


def _random_hit(chance: random.Random, campaigns: list[int], second: int) -> hits.Hit:
    campaign = chance.choice(campaigns)
    token = chance.choice([Token(campaign), *[person(campaign, chance.randint(1, 25))] * 3])
    flags = chance.choice(["fl"] * 9 + ["flg"])
    number = chance.choice([0, 0, 1, 2])
    agent, ip = chance.choice(AGENTS), chance.choice([NL, JP, "127.0.0.1"])
    return make_hit(token, number, after=second, agent=agent, ip=ip, flags=flags)


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
