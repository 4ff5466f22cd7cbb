"""What came with a giveaway is judged with it, whenever the giveaway comes."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.tracking import recount
from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL
from tests.tracking.hitting import JP, NL, fill, make_campaign, make_hit, person
from tracking import draining, hits
from tracking.models import Engagement, Event, LinkClicker, PeopleCount
from tracking.tokens import Mode, Token

pytestmark = pytest.mark.django_db
LINKS = [f"https://{name}.example" for name in "abcd"]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def campaign() -> int:
    return make_campaign(*LINKS)


def drain(folder: Path, *found: hits.Hit) -> None:
    fill(folder, list(found))
    draining.drain(folder)


def reasons(campaign: int) -> list[str]:
    events = Event.objects.filter(campaign_id=campaign).order_by("id")
    return list(events.values_list("reason", flat=True))


def trap(mail: Token, **fields: Any) -> hits.Hit:
    """A click on the link that nobody sees."""
    return make_hit(mail, 1, **fields)._replace(number=0)


def head(mail: Token, number: int = 0, **fields: Any) -> hits.Hit:
    hit = make_hit(mail, number, **fields)
    return hit._replace(flags=hit.flags + hits.HEAD)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_image_load_before_a_burst_is_a_scanners_too(folder, campaign, at_once):
    mail = person(campaign, 1)
    load = make_hit(mail)
    burst = [make_hit(mail, number, after=8 + number / 10) for number in (1, 2, 3)]
    if at_once:
        drain(folder, load, *burst)
    else:
        drain(folder, load)
        assert PeopleCount.objects.get(campaign_id=campaign).openers_sure == 1
        drain(folder, *burst)
    assert reasons(campaign) == ["with_burst", "burst", "burst", "burst"]
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.openers_sure, people.openers_raw, people.clickers_sure) == (0, 1, 0)
    assert Engagement.objects.get(campaign_id=campaign).first_open_at is None
    recount.same()


def test_a_burst_that_is_drained_link_by_link_is_one_all_the_same(folder, campaign):
    mail = person(campaign, 1)
    drainer = draining.Drainer(folder)
    for number in (1, 2, 3, 4):
        fill(folder, [make_hit(mail, number, after=60 + number / 10)])
        drainer.step()
    assert set(Event.objects.values_list("verdict", flat=True)) == {"scanner"}
    assert not LinkClicker.objects.exists()
    recount.same()


def test_who_follows_the_link_that_nobody_sees_is_a_machine(folder, campaign):
    mail = person(campaign, 1)
    drain(folder, make_hit(mail), make_hit(mail, 1, after=9))
    drain(folder, trap(mail, after=10))
    assert reasons(campaign) == ["with_honeypot", "with_honeypot", "honeypot"]
    assert not LinkClicker.objects.exists()
    recount.same()


def test_what_comes_after_a_giveaway_is_told_by_it_even_by_another_drainer(folder, campaign):
    mail = person(campaign, 1)
    drain(folder, trap(mail, after=0))
    drain(folder, make_hit(mail, 2, after=5))
    assert reasons(campaign) == ["honeypot", "with_honeypot"]
    recount.same()


def test_a_moment_is_judged_and_not_the_person(folder, campaign):
    mail = person(campaign, 1)
    drain(folder, trap(mail, after=0))
    drain(folder, make_hit(mail, after=600), make_hit(mail, 2, after=620))
    assert reasons(campaign) == ["honeypot", "mail_program", "browser"]
    people = PeopleCount.objects.get(campaign_id=campaign)
    assert (people.openers_sure, people.clickers_sure) == (1, 1)
    recount.same()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_reader_with_another_program_at_the_same_time_stays_one(folder, campaign, at_once):
    mail = person(campaign, 1)
    reader = make_hit(mail, 1, after=3, agent=FIREFOX, ip=JP)
    proxy = make_hit(mail, after=4, agent=GMAIL)
    apple = make_hit(mail, after=5, agent=APPLE_PRIVACY)
    found = [reader, proxy, apple, trap(mail, after=6)]
    for batch in [found] if at_once else [[one] for one in found]:
        drain(folder, *batch)
    assert reasons(campaign) == ["browser", "gmail", "apple_mpp", "honeypot"]
    recount.same()


def test_another_mail_is_another_matter(folder, campaign):
    drain(folder, make_hit(person(campaign, 1)), make_hit(person(make_campaign(), 1)))
    drain(folder, trap(person(campaign, 2), after=1))
    assert Counter(Event.objects.values_list("verdict", flat=True)) == {"human": 2, "scanner": 1}


def test_in_a_shared_mail_the_same_address_and_program_are_told_by_it(folder, campaign):
    shared = Token(campaign)
    drain(
        folder,
        make_hit(shared),
        make_hit(shared, ip=JP),
        make_hit(shared, agent=FIREFOX),
        trap(shared, after=2),
    )
    assert reasons(campaign) == ["with_honeypot", "mail_program", "mail_program", "honeypot"]
    recount.same()


@pytest.mark.parametrize("at_once", [True, False])
def test_asking_for_headers_first_is_a_machines_way(folder, campaign, at_once):
    mail = person(campaign, 1)
    found = [make_hit(mail), head(mail, 1, after=9), make_hit(mail, 1, after=9.2)]
    drainer = draining.Drainer(folder)
    for batch in [found] if at_once else [[one] for one in found]:
        fill(folder, batch)
        while drainer.step():
            pass
    assert reasons(campaign) == ["with_head_first", "head_first"], "HEAD itself is no hit"
    recount.same()


def test_a_gateway_that_looks_before_a_reader_follows_makes_no_machine_of_them(folder, campaign):
    mail = person(campaign, 1)
    drain(
        folder,
        head(mail, 1, agent="gateway/1.0", ip=JP),
        make_hit(mail, 1, after=0.4, agent=CHROME, ip=NL),
    )
    assert reasons(campaign) == ["browser"]


def test_headers_asked_for_long_before_say_nothing(folder, campaign):
    mail = person(campaign, 1)
    drain(folder, head(mail, 1), make_hit(mail, 1, after=11), make_hit(mail, 2, after=12))
    assert reasons(campaign) == ["browser", "browser"]


def test_a_test_mail_is_kept_as_our_own_and_counted_nowhere(folder, campaign):
    own = Token(campaign, mode=Mode.SELF)
    drain(folder, make_hit(own), make_hit(own, 1), make_hit(person(campaign, 1)))
    events = Event.objects.filter(campaign_id=campaign, verdict="self")
    assert {(e.kind, e.reason, e.country, e.device, e.delivery_id) for e in events} == {
        ("open", "test_mail", "", "", None),
        ("click", "test_mail", "", "", None),
    }
    recount.same()


@pytest.mark.parametrize("seed", range(4))
def test_counts_stay_exact_whatever_changes(folder, seed):
    chance = random.Random(seed)
    campaigns = [make_campaign(*LINKS) for _ in range(2)]
    drainer = draining.Drainer(folder)
    second = 0.0
    for _batch in range(25):
        made = []
        for _ in range(chance.randint(1, 25)):
            second += chance.choice([0.1, 0.5, 3, 20, 90])
            made.append(_random_hit(chance, campaigns, second))
        fill(folder, made)
        while drainer.step(limit=chance.randint(1, 30)):
            pass
    found = Counter(Event.objects.values_list("reason", flat=True))
    assert found["with_honeypot"] and found["honeypot"], found
    recount.same()


def _random_hit(chance: random.Random, campaigns: list[int], second: float) -> hits.Hit:
    campaign = chance.choice(campaigns)
    token = chance.choice([Token(campaign), *[person(campaign, chance.randint(1, 6))] * 5])
    agent, ip = chance.choice([CHROME, CHROME, FIREFOX, GMAIL]), chance.choice([NL, NL, JP])
    fields: dict[str, Any] = {"after": second, "agent": agent, "ip": ip}
    if chance.random() < 0.12:
        return trap(token, **fields)
    number = chance.choice([0, 0, 1, 2, 3, 4])
    return (head if chance.random() < 0.1 else make_hit)(token, number, **fields)
