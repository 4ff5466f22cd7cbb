"""The tables of a report as CSV say what the page says, and keep to themselves what it does."""

import csv
import io
from collections import Counter

import pytest

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
    scene.drain()
    assert download(alice, scene, "over-time.csv") == []
    assert download(alice, scene, "breakdowns.csv") == []
    assert download(alice, scene, "made-by.csv") == []


def test_files_of_another_workspace_are_not_there(autumn, stranger):
    for name in ("over-time", "breakdowns", "mailboxes", "made-by"):
        path = f"/campaigns/{autumn.campaign.pk}/report/{name}.csv"
        assert stranger.get(path).status_code == 404
