"""What the page of growth makes of the days of lists, and its files."""

import html
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.audience import consent
from campaigns.audience.consent import Evidence
from tests import world
from tests.reports.counted import at_midday, count, join, leave, seen

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def workspace(workspace):
    return at_midday(workspace)


def test_only_measured_people_who_were_seen_are_active(make_scene):
    scene = make_scene(granted=12, unknown=3)
    for person in (0, 1, 2, 12):
        scene.opens(person)
    scene.drain()
    consent.withdraw(scene.people[2], Evidence("preferences"))
    count(scene.workspace)
    active = seen(scene.workspace).liveliness.active
    assert (active.count, active.of) == (2, 11)


def test_a_few_are_no_share(make_scene, alice):
    scene = make_scene(granted=9)
    scene.opens(0)
    scene.drain()
    count(scene.workspace)
    assert seen(scene.workspace).liveliness.is_about_few
    page = alice.get("/growth/").text
    assert "Only 9 people may be measured" in page
    assert "11.1%" not in page


def test_mailings_are_drawn_in_the_period_they_went_out(make_scene):
    scene = make_scene(granted=20)
    for person in range(5):
        scene.clicks(person)
    scene.drain()
    count(scene.workspace)
    chart = seen(scene.workspace, "span=30&by=day").liveliness.mailing_chart
    assert [series.values[-1] for series in chart.series] == [25.0, 0.0, 25.0]


def test_weeks_and_months_add_up_to_their_days(workspace):
    readers, now = world.make_list(workspace), timezone.now()
    for ago in range(0, 80, 3):
        join(workspace, readers, now - timedelta(days=ago))
    count(workspace)
    for by in ("week", "month"):
        found = seen(workspace, f"span=90&by={by}")
        assert found.joined == 27
        assert found.size == 27
        assert sum(row.net for row in found.rows) == 27


def test_the_page_shows_figures_and_tables(workspace, alice):
    readers, now = world.make_list(workspace, name="Readers"), timezone.now()
    people = [join(workspace, readers, now - timedelta(days=9)) for _ in range(12)]
    leave(people[0], now - timedelta(days=1))
    count(workspace)
    page = alice.get(f"/growth/?list={readers.pk}").text
    assert "<strong>11 more than before:</strong> from 0 to 11." in page
    assert "8.3% of the 12 who were there" in page
    assert page.count("<figure") == page.count("Show as a table") == 2


def test_before_the_first_count_the_page_says_so(workspace, alice):
    assert "The days are being counted" in alice.get("/growth/").text


def test_the_file_has_the_lines_of_the_page(workspace, alice):
    readers = world.make_list(workspace)
    join(workspace, readers, timezone.now() - timedelta(days=2))
    count(workspace)
    answer = alice.get(f"/growth.csv?list={readers.pk}&span=30")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith(
        f"Day from ({workspace.time_zone}),People at its end,Change,Joined,Left,"
    )
    assert len(lines) == 32
    assert lines[3].endswith(",1,1,1,0,0,0,0,0,0")


def test_how_lively_lists_are_is_a_file_too(make_scene, alice):
    scene = make_scene(granted=20)
    for person in range(5):
        scene.clicks(person)
    scene.drain()
    count(scene.workspace)
    query = seen(scene.workspace, "span=30&by=day").query
    path = f"/growth/lively.csv?{query}"
    assert html.escape(path) in alice.get("/growth/?span=30&by=day").text
    lines = alice.get(path).getvalue().decode("utf-8-sig").split("\r\n")
    assert lines[0] == f"When ({scene.workspace.time_zone}),What,%"
    assert [line.partition(",")[2] for line in lines[1:-1]] == [
        "Opened,25.0",
        "Perhaps opened,0.0",
        "Clicked,25.0",
    ]


def test_lists_of_others_are_not_there(workspace, stranger):
    readers = world.make_list(workspace, name="Secret readers")
    join(workspace, readers, timezone.now())
    count(workspace)
    page = stranger.get(f"/growth/?list={readers.pk}").text
    assert "Secret readers" not in page
    assert "The days are being counted" in page


def test_growth_takes_the_same_queries_for_every_span(workspace, alice, django_assert_num_queries):
    for _ in range(5):
        join(workspace, world.make_list(workspace), timezone.now())
    count(workspace)
    # Session, member, workspace, fence; counting, lists; sizes, periods, activity, mailings.
    with django_assert_num_queries(11):
        alice.get("/growth/?span=1825")
