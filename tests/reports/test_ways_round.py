"""Ways round the rule that no figure is about a few: two tables, two toggles, two looks."""

import random
from itertools import combinations

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from campaigns.reports import exports, over_time, reading, shared_report, sharing
from campaigns.reports.querysets.engagement import HourRow
from campaigns.sending.models import Delivery
from tests.reports.scene import APPLE, GERMAN, SCANNER

LEAST = 10

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def read(scene, *, raw=False):
    return reading.report(scene.campaign, reading.Wanted(raw=raw), now=timezone.now())


def pulse(browser, scene):
    path = f"/campaigns/{scene.campaign.pk}/report/pulse/"
    seen = f"{path}?seen={read(scene).pulse}"
    assert seen in browser.get(f"/campaigns/{scene.campaign.pk}/report/").text
    return lambda: "HX-Trigger" in browser.get(seen)


def shared(scene):
    return shared_report.of(scene.campaign, timezone.now())


def test_an_open_page_tells_nothing_of_when_a_few_read(make_scene, alice):
    scene = make_scene(granted=12, unknown=9)
    has_moved = pulse(alice, scene)
    scene.opens(12)
    scene.clicks(13)
    scene.drain()
    assert not has_moved()
    scene.opens(0)
    scene.drain()
    assert has_moved()


def test_links_do_not_tell_what_kinds_of_hits_hide(make_scene):
    scene = make_scene(granted=12, unknown=12)
    scene.clicks(0, 1, SCANNER, after=2)
    scene.clicks(12, 1, SCANNER, after=2)
    scene.drain()
    report = read(scene, raw=True)
    [kinds] = [row for row in report.sorted_hits if row.verdict.name == "scanner"]
    assert (kinds.clicks, kinds.total_clicks) == (1, None)
    assert [(link.machine_clicks, link.raw_clicks) for link in report.links] == [
        (1, None),
        (0, None),
    ]
    rows = b"".join(exports.export(scene.campaign, "links", QueryDict()).chunks).decode()
    assert [line.split(",")[5:7] for line in rows.splitlines()[1:]] == [["1", ""], ["0", ""]]


def test_many_clicks_of_machines_are_told_by_link(make_scene):
    scene = make_scene(unknown=15)
    for person in range(11):
        scene.clicks(person, 1, SCANNER, after=2)
    scene.drain()
    assert [link.machine_clicks for link in read(scene, raw=True).links] == [11, 0]


def test_programs_and_places_add_up_to_all_that_is_told(make_scene):
    """Else what they lack would be the hits of which it is not sure that they are people's."""
    scene = make_scene(unknown=40)
    for person in range(22):
        scene.opens(person)
    for person in range(22, 25):
        scene.opens(person, APPLE, after=1800)
    scene.clicks(30)
    scene.drain()
    report = read(scene)
    [perhaps] = [row for row in report.sorted_hits if row.verdict.name == "uncertain"]
    assert perhaps.total_opens is None
    for breakdown in (*report.breakdowns, report.countries):
        assert breakdown.total + breakdown.merged == 22 + 3 + 1


def test_raw_less_honest_is_never_a_few(make_scene):
    scene = make_scene(unknown=60)
    for person in range(24):
        scene.opens(person, after=3600 * (1 + person // 8))
    for person in range(30, 42):
        scene.opens(person, SCANNER, after=3600 * (1 + person % 3))
    scene.drain()
    rows = [row for row in read(scene).hours if row.mode == "aggregate"]
    assert _differences(rows) == {12}
    fewer = [row._replace(opens=1) if row.verdict == "scanner" else row for row in rows]
    assert _differences(fewer) == set()


def _differences(rows: list[HourRow]) -> set[int]:
    honest, raw = (
        over_time.of_totals(rows, raw=raw, minimum=LEAST)[0].hours for raw in (False, True)
    )
    found = {raw.get(hour, 0) - honest.get(hour, 0) for hour in raw.keys() | honest.keys()}
    return found - {0}


def test_mails_that_came_back_cannot_be_reckoned_from_those_sent(make_scene, client):
    scene = make_scene(granted=43)
    mails = Delivery.objects.filter(campaign=scene.campaign)
    few = list(mails.values_list("pk", flat=True)[:3])
    mails.filter(pk__in=few).update(hard_bounced_at=timezone.now())
    report = shared(scene)
    assert (report.sent, report.delivered) == (40, 40)
    [back] = [harm for harm in report.harms if harm.label == "Came back"]
    assert back.people is None
    _link, address = sharing.share(scene.campaign, days=7, by=None)
    page = Client().get(address.partition("8000")[2]).text
    assert "of 40 mails sent, in round figures" in page
    assert "43" not in page.partition('class="stats')[2].partition("public-foot")[0]


def test_a_few_who_opened_and_did_not_click_hide_the_range(make_scene):
    scene = make_scene(granted=40)
    for person in range(15):
        scene.clicks(person)
    for person in range(15, 18):
        scene.opens(person)
    scene.drain()
    report = shared(scene)
    assert report.clicked is not None
    assert report.opened is None
    # Eighteen in countries, fifteen who clicked: three.
    assert report.countries == []


def test_of_a_link_that_all_but_a_few_followed_it_is_not_told_how_many(make_scene, client):
    scene = make_scene(granted=40)
    for person in range(15):
        scene.clicks(person, 1 if person < 12 else 2)
    scene.drain()
    assert shared(scene).links == [("shop.example/first", None)]
    _link, address = sharing.share(scene.campaign, days=7, by=None)
    assert "nearly all" in Client().get(address.partition("8000")[2]).text


def test_a_few_who_agreed_to_clicks_alone_hide_the_range(make_scene):
    scene = make_scene(granted=40)
    for person in range(15):
        scene.clicks(person)
    for person in range(25):
        scene.opens(person, after=5000)
    scene.drain()
    assert shared(scene).opened is not None
    mails = Delivery.objects.filter(campaign=scene.campaign)
    last = mails.filter(contact_id__in=[person.pk for person in scene.people[-3:]])
    last.update(mode="none", click_mode="individual")
    assert shared(scene).opened is None
    assert shared(scene).clicked is not None


@pytest.mark.parametrize("seed", range(8))
def test_no_two_figures_behind_a_link_differ_by_a_few(make_scene, seed):
    choose = random.Random(seed)
    people = choose.choice([25, 40, 60])
    scene = make_scene(granted=people, unknown=choose.choice([0, 4, 20]))
    for person in range(people):
        ip = GERMAN if choose.random() < 0.3 else "77.160.1.1"
        if choose.random() < choose.choice([0.3, 0.6]):
            scene.opens(person, choose.choices(["", APPLE], [9, 1])[0] or "Thunderbird/140", ip=ip)
        if choose.random() < 0.5:
            scene.clicks(person, 1, ip=ip)
        if choose.random() < 0.15:
            scene.clicks(person, 2, after=7200, ip=ip)
    scene.drain()
    report = shared(scene)
    chain = [report.sent, report.delivered]
    if report.opened:
        chain += [report.opened.of, report.opened.most, report.opened.sure]
    if report.clicked:
        chain += [report.clicked.of, report.clicked.count]
    nested = set(combinations(chain[2:], 2))
    told = [people for _url, people in report.links if people]
    nested |= {(whole, part) for whole in chain[2:] for part in told if whole >= part}
    nested |= {(whole, report.placed) for whole in chain[2:] if report.countries}
    assert [pair for pair in nested if 0 < abs(pair[0] - pair[1]) < LEAST] == []
    assert all(size % LEAST == 0 for size in chain[:2])
    assert all(bar.count >= LEAST for bar in report.countries)
