"""The tables of a report as CSV say what the page says, and keep to themselves what it does."""

import csv
import io
from collections import Counter

import pytest
from django.utils import timezone

from campaigns.reports import exports
from campaigns.sending.models import Delivery
from tests.sending import stage

pytestmark = pytest.mark.django_db


def download(browser, scene, name):
    answer = browser.get(f"/campaigns/{scene.campaign.pk}/report/{name}")
    assert answer.status_code == 200
    assert answer.streaming
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def how_often(rows, whose):
    sums: Counter[str] = Counter()
    for row in rows:
        if row["Whose"] == whose:
            sums[row["What"]] += int(row["How often"])
    return sums


def test_over_time_counts_as_the_page_does(autumn, alice):
    rows = download(alice, autumn, "over-time.csv?by=hour")
    mine = how_often(rows, "May be measured")
    assert (mine["Opens"], mine["Clicks"], mine["Perhaps opens"]) == (7, 4, 3)
    assert next(iter(rows[0])) == f"Hour ({autumn.workspace.time_zone})"


def test_over_time_can_be_raw_and_by_day(autumn, alice):
    rows = download(alice, autumn, "over-time.csv?raw=1&by=day")
    assert how_often(rows, "May be measured") == {"All image loads": 11, "All clicks": 6}
    assert next(iter(rows[0])) == f"Day ({autumn.workspace.time_zone})"


def test_the_hours_of_the_day_are_those_of_the_page(autumn, alice):
    rows = download(alice, autumn, "best-hour.csv")
    assert list(rows[0]) == [
        f"Hour of the day ({autumn.workspace.time_zone})",
        "What",
        "How often",
    ]
    assert len(rows) == 24 * 2
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["What"]] += int(row["How often"])
    assert sums == {"Opens": 7, "Clicks": 4}
    by_hour: Counter[str] = Counter()
    for row in rows:
        by_hour[next(iter(row.values()))] += int(row["How often"])
    best = max(by_hour, key=lambda hour: (by_hour[hour], hour))
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/").text
    assert f"Most was done from <strong>{best} to " in page


def test_the_hours_of_the_day_can_be_raw(autumn, alice):
    rows = download(alice, autumn, "best-hour.csv?raw=1")
    assert {row["What"] for row in rows} == {"All image loads", "All clicks"}
    assert sum(int(row["How often"]) for row in rows) == 17


def test_what_mail_servers_said_is_told_with_how_many_mails(autumn, alice):
    stage.become(
        Delivery.objects.filter(pk__in=[autumn.delivery(n).pk for n in (11, 12)]),
        "failed",
        code=550,
        enhanced_code="5.1.1",
        reason="No such user",
    )
    back, now = autumn.delivery(13), timezone.now()
    Delivery.objects.filter(pk=back.pk).update(hard_bounced_at=now)
    told = {"provider": "smtp", "kind": "bounced", "description": "Gone", "at": now}
    back.events.create(workspace=autumn.workspace, event_key="1", **told)
    rows = download(alice, autumn, "answers.csv")
    assert [list(row.values()) for row in rows] == [
        ["At hand-over", "550", "5.1.1", "No such user", "2"],
        ["Returned later", "", "", "Gone", "1"],
    ]
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/").text
    assert all(row["Answer"] in page for row in rows)


def test_breakdowns_say_out_of_how_many(autumn, alice):
    rows = download(alice, autumn, "breakdowns.csv")
    for title in ("Devices", "Countries", "Mail programs and browsers", "Operating systems"):
        mine = [row for row in rows if row["What"] == title]
        assert mine
        assert {row["Of"] for row in mine} == {str(sum(int(row["How many"]) for row in mine))}
    assert {row["What is counted"] for row in rows} == {"People"}


def test_mailboxes_stand_with_what_became_of_their_mails(autumn, alice):
    rows = download(alice, autumn, "mailboxes.csv")
    assert sum(int(row["Sent"]) for row in rows) == 35
    assert sum(int(row["Clicked"]) for row in rows) == 3
    assert sum(int(row["Opened for sure"]) for row in rows) == 7


def test_who_made_the_hits_is_told_of_many_only(autumn, alice):
    rows = {row["Made by"]: row for row in download(alice, autumn, "made-by.csv")}
    assert rows["Security scanner"]["Clicks"] == "2"
    assert rows["Security scanner"]["Counted as"] == "Not counted"
    # Twelve are only counted, and few of them did anything: it is not told of whom.
    assert {row["Clicks, only counted"] for row in rows.values()} <= {"", "0"}


def test_totals_of_a_few_are_in_no_file(make_scene, alice):
    scene = make_scene(unknown=9)
    for person in range(9):
        scene.opens(person)
        scene.opens(person, after=3700)
    scene.drain()
    assert download(alice, scene, "over-time.csv") == []
    assert download(alice, scene, "best-hour.csv") == []
    assert download(alice, scene, "breakdowns.csv") == []
    assert download(alice, scene, "made-by.csv") == []
    page = alice.get(f"/campaigns/{scene.campaign.pk}/report/").text
    assert "Only counted" not in page and "Most was done from" not in page


def test_files_of_another_workspace_are_not_there(autumn, stranger):
    for name in exports.SHEETS:
        path = f"/campaigns/{autumn.campaign.pk}/report/{name}.csv"
        assert stranger.get(path).status_code == 404
