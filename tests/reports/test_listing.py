"""The list of campaigns, and the home page above it."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.audience.models import Subscription
from campaigns.composing.models import Campaign
from campaigns.reports import days, listing, overview
from campaigns.reports.figures import Rate
from campaigns.reports.listing import Wanted
from campaigns.sending.models import Delivery
from tests import world
from tests.reports.scene import Scene
from tests.sending import stage

pytestmark = pytest.mark.django_db


def file(browser, query=""):
    answer = browser.get(f"/campaigns.csv?{query}")
    assert answer.streaming
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def names(workspace, query=""):
    page = listing.page(workspace, Wanted.of(QueryDict(query)))
    return [summary.campaign.name for summary in page]


@pytest.fixture
def three(workspace, sender, tmp_path):
    """A campaign nobody clicked, one that half clicked, and a draft."""
    for name, clicks in (("Quiet", 0), ("Loud", 5)):
        scene = Scene(workspace, sender, tmp_path / name, granted=10, domain=f"{name}.example")
        Campaign.objects.filter(pk=scene.campaign.pk).update(name=name)
        for person in range(clicks):
            scene.clicks(person)
        scene.drain()
    world.make_campaign(workspace, name="Draft", subject="A secret word")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name", ["Draft", "Loud", "Quiet"]),
        ("sort=-name", ["Quiet", "Loud", "Draft"]),
        ("sort=-clicked", ["Loud", "Quiet", "Draft"]),
        ("sort=clicked", ["Draft", "Quiet", "Loud"]),
        ("status=drafts", ["Draft"]),
        ("status=sent&sort=name", ["Loud", "Quiet"]),
        ("q=lou", ["Loud"]),
        ("q=secret+word", ["Draft"]),
        ("q=nothing", []),
    ],
)
def test_campaigns_are_found_and_sorted(workspace, three, query, expected):
    assert names(workspace, query) == expected


def test_nonsense_in_the_address_is_ignored(workspace, three):
    assert len(names(workspace, "sort=;drop&status=%00&page=minus")) == 3


def test_the_list_shows_the_figures(alice, three):
    page = alice.get("/campaigns/")
    assert "50.0%" in page.text
    assert "5 of 10" in page.text
    assert "Shares are of the people who may be measured" in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=name", ["Draft", "Loud", "Quiet"]),
        ("status=sent&sort=-clicked&page=2", ["Loud", "Quiet"]),
        ("q=secret+word", ["Draft"]),
    ],
)
def test_the_file_has_all_that_the_filters_leave(alice, three, query, expected):
    assert [row["Campaign"] for row in file(alice, query)] == expected


def test_the_file_says_what_the_list_says(alice, three):
    draft, loud, _quiet = file(alice, "sort=name")
    assert (loud["State"], loud["Mails sent"], loud["Clicked"]) == ("Sent", "10", "5")
    assert loud["Clicked, %"] == "50.0"
    assert (draft["State"], draft["Mails sent"], draft["Opened at most"]) == ("Draft", "", "")


def test_the_file_takes_the_same_queries_for_every_length(
    workspace, alice, three, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(listing, "AT_ONCE", 4)
    with CaptureQueriesContext(connection) as few:
        assert len(file(alice)) == 3
    world.make_campaign(workspace, name="More")
    with django_assert_num_queries(len(few)):
        assert len(file(alice)) == 4
    for number in range(9):
        world.make_campaign(workspace, name=f"More {number}")
    assert len({row["Campaign"] for row in file(alice)}) == 13


def test_strangers_get_no_line_of_the_file(stranger, three):
    assert file(stranger) == []


def test_the_list_takes_the_same_queries_for_every_length(
    workspace, alice, three, django_assert_num_queries
):
    for number in range(20):
        world.make_campaign(workspace, name=f"More {number}")
    # Session, member, workspace, the tabs; twice (the last ones, and the
    # page): campaigns, lists, how they stand, ledger, hits, people, unsubscribed;
    # the count of the page, and which of its campaigns have a picture.
    with django_assert_num_queries(22):
        alice.get("/campaigns/")


def test_comparison_draws_what_the_list_says(workspace, three):
    chart = listing.comparison(listing.last_sent(workspace))
    loud = next(values for label, values in chart.rows if label.startswith("Loud"))
    assert loud == [50.0, 0.0, 50.0]


def test_a_stranger_sees_none_of_it(stranger, three):
    assert "Loud" not in stranger.get("/campaigns/").text
    assert "Loud" not in stranger.get("/").text


def test_home_shows_what_goes_out_now(workspace, alice, three):
    sending = Campaign.objects.get(name="Loud")
    Campaign.objects.filter(pk=sending.pk).update(status="sending")
    pending = Delivery.objects.filter(campaign=sending)[:4].values("pk")
    stage.become(Delivery.objects.filter(pk__in=pending), "pending")
    fragment = alice.get("/campaigns/running/")
    assert "6 of 10 sent, 0 failed, 4 to go" in fragment.text
    assert "every 3s" in fragment.text


def test_home_stops_asking_when_nothing_goes_out(alice, three):
    assert "every 3s" not in alice.get("/campaigns/running/").text


def test_home_takes_the_same_queries_for_every_size(alice, three, django_assert_num_queries):
    with django_assert_num_queries(24):
        alice.get("/")


def test_lists_grow_and_shrink_in_the_chart(workspace):
    readers = world.make_list(workspace, name="Readers")
    now = timezone.now()
    for age in (200, 50, 50, 10):
        contact = world.make_contact(workspace, readers)
        Subscription.objects.filter(contact=contact).update(subscribed_at=now - timedelta(days=age))
    gone = Subscription.objects.earliest("pk")
    Subscription.objects.filter(pk=gone.pk).update(
        status="unsubscribed", unsubscribed_at=now - timedelta(days=20)
    )
    (line,) = overview.growth(workspace).series
    assert line.name == "Readers"
    assert line.values[0] == 1
    assert line.values[-50] == 3
    assert line.values[-15] == 2
    assert line.values[-1] == 3


def test_steps_are_ticked_off_as_they_are_done(workspace, sender):
    done = lambda: [step.is_done for step in overview.steps(workspace)]  # noqa: E731
    assert done() == [False, False, True, False, False]
    readers = world.make_list(workspace)
    world.make_contact(workspace, readers)
    assert done() == [True, True, True, False, False]
    world.make_campaign(workspace, launched_at=timezone.now())
    assert done() == [True] * 5


def test_of_many_people_home_shows_what_was_counted_behind_it(workspace, alice, monkeypatch):
    readers = world.make_list(workspace, name="Readers")
    now = timezone.now()
    for age in (200, 50, 10):
        contact = world.make_contact(workspace, readers)
        Subscription.objects.filter(contact=contact).update(subscribed_at=now - timedelta(days=age))
    live = overview.growth(workspace)
    days.begin()
    assert days.count(workspace.pk)
    world.make_contact(workspace)
    monkeypatch.setattr(overview, "MANY", 3)
    counted = overview.growth(workspace)
    assert (counted.labels, counted.series[0].values) == (live.labels, live.series[0].values)
    assert overview.size(workspace) == Rate(3, 3)
    assert "3 contacts, 3 who may be mailed" in alice.get("/").text


@pytest.mark.parametrize("people", [0, 9, 10])
@pytest.mark.parametrize("path", ["/", "/campaigns/", "/review/"])
def test_totals_of_a_few_stand_in_no_table(make_scene, alice, path, people):
    """Nine people who are only counted are as few here as in the report itself."""
    scene = make_scene(unknown=people, refused=3)
    for person in range(people):
        scene.opens(person)
        scene.clicks(person)
    scene.drain()
    page = alice.get(path).text
    assert ("10 image loads" in page, "10 clicks" in page) == (people == 10,) * 2
    assert ("Too few to be shown" in page) is (people == 9)
    assert "9 image loads" not in page and "0 image loads" not in page.replace("10 image", "")


def test_who_agreed_to_clicks_alone_makes_a_rate_of_clicks(make_scene, alice):
    scene = make_scene(granted=12)
    Delivery.objects.filter(campaign=scene.campaign).update(mode="none", click_mode="individual")
    scene.clicks(0)
    scene.drain()
    assert "1 of 12" in alice.get("/campaigns/").text
