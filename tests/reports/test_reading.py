"""The report of a campaign, held against what its readers did."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.accounts.models import Workspace
from campaigns.audience import unsubscribing
from campaigns.reports import ledger, reading
from campaigns.reports.figures import Bounds, Rate
from campaigns.reports.reading import Wanted
from campaigns.sending.models import Delivery
from tracking.models import Event

pytestmark = pytest.mark.django_db


def read(scene, **wanted):
    return reading.report(scene.campaign, Wanted(**wanted), now=timezone.now())


def test_the_headlines_are_what_was_done(autumn):
    report = read(autumn)
    assert report.ledger.delivered == 35
    assert report.opened == Bounds(sure=7, uncertain=3, of=20)
    assert report.clicked == Rate(3, 20)
    assert report.click_to_open == (Rate(3, 10), Rate(3, 7))


def test_raw_figures_count_whatever_came(autumn):
    report = read(autumn, raw=True)
    assert report.raw_opened == Rate(11, 20)
    assert report.raw_clicked == Rate(4, 20)
    assert (report.engaged.raw_opens, report.engaged.raw_clicks) == (11, 6)


def test_the_figures_equal_those_counted_one_by_one(autumn):
    """Brute force over the rows of single hits, which the report never reads."""
    rows = list(Event.objects.filter(campaign_id=autumn.campaign.pk))
    sure = [row for row in rows if row.verdict in {"human", "proxied"}]
    personal = [row for row in sure if row.mode == "individual"]
    perhaps = {row.delivery_id for row in rows if row.verdict == "uncertain"}
    openers = {row.delivery_id for row in personal}
    clickers = {row.delivery_id for row in personal if row.kind == "click"}
    per_link = Counter(row.number for row in personal if row.kind == "click")
    report = read(autumn)
    assert report.opened == Bounds(len(openers), len(perhaps - openers), 20)
    assert report.clicked == Rate(len(clickers), 20)
    assert {link.number: link.clicks for link in report.links} == dict(per_link)
    assert sum(row.opens + row.clicks for row in report.sorted_hits) == sum(
        row.mode == "individual" for row in rows
    )
    assert report.engaged.opens == sum(row.kind == "open" for row in personal)
    assert report.engaged.loads == sum(
        row.kind == "open" and row.mode == "aggregate" for row in sure
    )


def test_charts_add_up_to_the_headlines(autumn):
    for by in ("hour", "day"):
        report = read(autumn, by=by)
        opens, clicks, perhaps = (sum(series.values) for series in report.timeline.series)
        assert (opens, clicks, perhaps) == (
            report.engaged.opens,
            report.engaged.clicks,
            report.engaged.perhaps_opens,
        )


@pytest.mark.parametrize("by", ["hour", "day"])
def test_charts_of_totals_add_up_and_no_point_is_about_few(make_scene, by):
    scene = make_scene(unknown=40, sent_at=timezone.now() - timedelta(hours=9))
    for person in range(36):
        scene.opens(person, after=3600 * (1 + person / 7))
    scene.drain()
    report = read(scene, by=by)
    loads = report.totals_timeline.series[0].values
    assert sum(loads) == report.engaged.loads == 36
    assert all(value == 0 or value >= 10 for value in loads)


def test_the_best_hour_is_that_in_which_most_was_done(make_scene):
    sent_at = timezone.now().replace(hour=6, minute=0, second=0) - timedelta(days=3)
    scene = make_scene(granted=12, sent_at=sent_at)
    for person in range(4):
        scene.opens(person, after=3600 + person)
    for person in range(4, 9):
        scene.opens(person, after=3600 * (24 + 3) + person)
    scene.clicks(0, after=3700)
    scene.clicks(4, after=3600 * 3 + 60)
    scene.drain()
    Workspace.objects.filter(pk=scene.workspace.pk).update(time_zone="Asia/Tokyo")
    scene.campaign.workspace.refresh_from_db()
    day = read(scene).day
    assert day.words == "18:00 to 19:00"
    assert day.share == Rate(6, 11)
    assert day.chart.series[0].values[18] == 5


def test_people_who_are_only_counted_stay_apart(autumn):
    report = read(autumn)
    assert (report.engaged.loads, report.engaged.total_clicks) == (3, 1)
    first = next(link for link in report.links if link.url.endswith("first"))
    # Of which link the one click was, nobody is told.
    assert (first.people, first.clicks, first.total_clicks, first.machine_clicks) == (2, 2, None, 1)
    assert report.merged_clicks == 1


def test_countries_are_of_people_and_never_of_proxies(autumn):
    bars = {bar.label: bar.count for bar in read(autumn).countries.bars}
    assert bars["Netherlands"] == 4
    assert bars["Germany"] == 1
    assert sum(bars.values()) == 7


def test_bounces_are_not_delivered(autumn):
    Delivery.objects.filter(pk=autumn.delivery(15).pk).update(hard_bounced_at=timezone.now())
    Delivery.objects.filter(pk=autumn.delivery(16).pk).update(state="failed", code=550)
    found = ledger.of(autumn.campaign.pk)
    assert (found.sent, found.bounced, found.failed, found.delivered) == (34, 1, 1, 33)
    assert read(autumn).opened.of == 18


def test_who_left_through_the_mail_is_counted_once(autumn):
    delivery = autumn.delivery(3)
    for _twice in range(2):
        unsubscribing.unsubscribe(delivery.contact_id, autumn.campaign.pk, delivery.pk, "page")
    assert read(autumn).left == Rate(1, 35)


def test_taking_it_back_takes_it_out_of_the_report(autumn):
    delivery = autumn.delivery(3)
    unsubscribing.unsubscribe(delivery.contact_id, autumn.campaign.pk, delivery.pk, "page")
    unsubscribing.undo(delivery.contact_id, autumn.campaign.pk, delivery.pk)
    assert read(autumn).unsubscribed == 0


def test_totals_of_a_few_are_hidden(make_scene):
    scene = make_scene(granted=12, unknown=9)
    scene.opens(12)
    scene.drain()
    report = read(scene)
    assert report.hides_totals
    assert report.sorted_hits == []


def test_a_small_measured_audience_is_called_that(make_scene):
    scene = make_scene(granted=9, unknown=12)
    report = read(scene)
    assert report.is_about_few
    assert not report.hides_totals


def test_groups_of_hits_smaller_than_ten_are_merged(make_scene):
    scene = make_scene(unknown=40)
    for person in range(22):
        scene.opens(person)
    for person in range(22, 33):
        scene.opens(person, ip="87.128.1.1")
    for person in range(33, 36):
        scene.opens(person, ip="81.227.0.10")
    scene.drain()
    report = read(scene)
    # Three from Sweden are no figure, and with eleven from Germany they are none either.
    assert [(bar.label, bar.count) for bar in report.countries.bars] == [
        ("Netherlands", 22),
        ("All others", 14),
    ]
    assert report.world.labels == ["Netherlands"]


def test_what_cannot_be_merged_safely_is_not_told_apart(make_scene):
    scene = make_scene(unknown=15)
    for person in range(12):
        scene.opens(person)
    for person in range(12, 15):
        scene.opens(person, ip="87.128.1.1")
    scene.drain()
    report = read(scene)
    assert report.engaged.loads == 15
    assert (report.countries.bars, report.countries.merged) == ((), 15)
    assert report.world.labels == []


def test_kinds_of_hits_of_few_cannot_be_worked_out(autumn):
    rows = {row.verdict.name: row for row in read(autumn).sorted_hits}
    assert (rows["human"].opens, rows["human"].total_opens) == (5, None)
    assert rows["scanner"].total_clicks is None
    # A nought beside them would say whose the three loads are.
    assert rows["uncertain"].total_opens is None


@pytest.mark.parametrize(
    ("status", "age", "seconds"),
    [
        ("sending", timedelta(days=3), 3),
        ("sent", timedelta(minutes=5), 15),
        ("sent", timedelta(days=3), None),
    ],
)
def test_the_page_looks_again_only_while_something_moves(make_scene, status, age, seconds):
    scene = make_scene(granted=1, sent_at=timezone.now() - age)
    scene.campaign.status = status
    assert read(scene).seconds_to_next == seconds


def test_late_hits_keep_the_page_awake(make_scene):
    scene = make_scene(granted=1, sent_at=timezone.now() - timedelta(days=3))
    scene.opens(0, after=3 * 24 * 3600 - 60)
    scene.drain()
    assert read(scene).seconds_to_next == 60


def test_a_person_whose_place_is_learned_later_moves_to_it(make_scene):
    scene = make_scene(granted=12)
    scene.opens(0, "Mozilla/5.0 (via ggpht.com GoogleImageProxy)", ip="66.249.84.1")
    scene.drain()
    scene.clicks(0, after=8000)
    scene.drain()
    report = read(scene)
    assert [(bar.label, bar.count) for bar in report.countries.bars] == [("Netherlands", 1)]
    assert (report.opened.sure, report.clicked.count) == (1, 1)
