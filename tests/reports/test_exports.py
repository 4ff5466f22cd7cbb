"""CSV files of a campaign, from the page and from the command."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from campaigns.accounts.models import Workspace
from campaigns.audience.models import Contact
from campaigns.reports import exports, sheets
from campaigns.sending.models import Delivery
from tests import world
from tests.reports.scene import DUTCH, GERMAN
from tracking import partitions
from tracking.models import Event, HourCount

pytestmark = pytest.mark.django_db


def read(content):
    assert content.startswith(sheets.BOM)
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def download(browser, scene, name):
    answer = browser.get(f"/campaigns/{scene.campaign.pk}/report/{name}")
    assert answer.status_code == 200
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return read(answer.getvalue())


def test_recipients_carry_what_each_did(autumn, alice):
    rows = {row["E-mail"]: row for row in download(alice, autumn, "recipients.csv")}
    assert len(rows) == 35
    clicked = rows["granted0@example.com"]
    assert (clicked["What happened"], clicked["Opens"], clicked["Clicks"]) == ("Clicked", "2", "2")
    assert clicked["Country"] == "Netherlands"
    assert rows["granted6@example.com"]["What happened"] == "Perhaps opened"
    assert rows["granted10@example.com"]["Clicks by machines"] == "2"


def test_people_who_may_not_be_measured_have_no_zeros(autumn, alice):
    rows = {row["E-mail"]: row for row in download(alice, autumn, "recipients.csv")}
    assert rows["granted19@example.com"]["Opens"] == "0"
    assert rows["unknown20@example.com"]["Opens"] == ""
    assert rows["refused34@example.com"]["Opens"] == ""


def test_a_file_holds_what_the_page_shows(autumn, alice):
    rows = download(alice, autumn, "recipients.csv?show=clicked&q=number&sort=address")
    assert [row["E-mail"] for row in rows] == [f"granted{n}@example.com" for n in (0, 1, 9)]


def test_events_are_as_many_as_hits(autumn, alice):
    rows = download(alice, autumn, "events.csv")
    # The other four loads and clicks are of people who are only counted, and too few to tell.
    assert len(rows) == Event.objects.filter(mode="individual").count() == 17
    assert sum(row["Counted as"] == "Security scanner" for row in rows) == 3
    links = {row["Link"] for row in rows if row["What"] == "Click" and row["E-mail"]}
    assert links == {"https://shop.example/first", "https://shop.example/second"}


def test_who_is_only_counted_has_neither_address_nor_place_nor_minute_in_a_file(make_scene, alice):
    scene = make_scene(granted=1, unknown=30)
    scene.opens(0)
    for person in range(1, 27):
        scene.opens(person, ip=GERMAN if person == 5 else DUTCH, after=3600 * (1 + person / 6))
    for person in range(1, 4):
        scene.clicks(person, after=20_000)
    scene.drain()
    counted = [
        row for row in download(alice, scene, "events.csv") if row["Measuring"] == "Totals only"
    ]
    assert len(counted) == 26
    said = ("E-mail", "Link", "Counted as", "Why", "Country", "Device", "Program")
    assert {row[name] for row in counted for name in said} == {""}
    assert {row["What"] for row in counted} == {"Open"}
    hours = Counter(row["When (UTC)"] for row in counted)
    assert all(hour.endswith(":00:00") for hour in hours)
    assert len(hours) > 1
    assert min(hours.values()) >= 10


def test_single_hits_are_exported_with_the_filters_of_the_page(autumn, alice):
    rows = download(alice, autumn, "hits.csv?verdict=scanner&kind=click")
    assert {row["E-mail"] for row in rows} == {"granted10@example.com"}
    assert [row["What"] for row in rows] == ["Click", "Click"]
    assert {row["Why"] for row in rows} == {"Says that it is Barracuda"}


def test_hits_of_a_few_who_are_only_counted_are_left_out(make_scene, alice):
    scene = make_scene(granted=12, unknown=9)
    scene.opens(0)
    scene.opens(15)
    scene.drain()
    assert [row["E-mail"] for row in download(alice, scene, "events.csv")] == [
        "granted0@example.com"
    ]
    assert {
        row["Clicks in the totals of others"] for row in download(alice, scene, "links.csv")
    } == {""}


def test_links_add_up(autumn, alice):
    first, second = download(alice, autumn, "links.csv")
    assert first["Link"] == "https://shop.example/first"
    assert (first["People who clicked"], first["Clicks by people"]) == ("2", "2")
    assert first["Clicks by machines"] == "1"
    # One click of each kind of somebody who is only counted: neither, nor a sum to take it from.
    for row in (first, second):
        assert row["All clicks"] == row["Clicks in the totals of others"] == ""


def test_links_of_people_who_are_all_measured_add_up(make_scene, alice):
    scene = make_scene(granted=12)
    scene.clicks(0, 1)
    scene.clicks(1, 1)
    scene.clicks(1, 2, after=5000)
    scene.drain()
    first, second = download(alice, scene, "links.csv")
    assert (first["People who clicked"], second["People who clicked"]) == ("2", "1")


def test_times_are_the_workspaces_and_the_header_says_so(autumn, alice):
    Workspace.objects.filter(pk=autumn.workspace.pk).update(time_zone="Asia/Tokyo")
    rows = {row["E-mail"]: row for row in download(alice, autumn, "recipients.csv")}
    there = autumn.sent_at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%d %H:%M:%S")
    assert rows["granted0@example.com"]["Handed over (Asia/Tokyo)"] == there


def test_names_cannot_run_as_formulas(autumn, alice):
    person = autumn.people[0]
    Contact.objects.filter(pk=person.pk).update(first_name='=HYPERLINK("http://x","y")')
    Delivery.objects.filter(pk=autumn.delivery(1).pk).update(
        state="failed", reason="+1 (refused)", code=550
    )
    rows = {row["E-mail"]: row for row in download(alice, autumn, "recipients.csv")}
    assert rows[person.email]["First name"] == '\'=HYPERLINK("http://x","y")'
    assert rows[autumn.people[1].email]["Answer"] == "'+1 (refused)"


def test_why_somebody_did_not_get_it_is_in_the_file(autumn, alice):
    Delivery.objects.filter(pk=autumn.delivery(1).pk).update(
        state="expired", attempt=9, code=452, enhanced_code="4.2.2", reason="mailbox full"
    )
    rows = download(alice, autumn, "recipients.csv?show=failed")
    assert [row["E-mail"] for row in rows] == [autumn.people[1].email]
    said = ("State", "Tries", "Answer code", "Status code", "Answer")
    assert [rows[0][name] for name in said] == ["Given up", "9", "452", "4.2.2", "mailbox full"]


@pytest.mark.parametrize("name", ["recipients.csv", "events.csv", "hits.csv", "links.csv"])
def test_a_stranger_gets_no_file(autumn, stranger, name):
    answer = stranger.get(f"/campaigns/{autumn.campaign.pk}/report/{name}")
    assert answer.status_code == 404


def test_the_command_writes_the_same_file(autumn, alice, tmp_path):
    path = tmp_path / "out.csv"
    call_command(
        "export_report", autumn.campaign.pk, what="recipients", output=path, filter="show=opened"
    )
    page = alice.get(f"/campaigns/{autumn.campaign.pk}/report/recipients.csv?show=opened")
    assert path.read_bytes() == page.getvalue()


def test_the_command_knows_no_campaign_that_is_not_there():
    with pytest.raises(CommandError, match="There is no campaign 4711"):
        call_command("export_report", 4711)


def test_the_command_says_why_it_cannot_write(autumn, tmp_path):
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("export_report", autumn.campaign.pk, output=tmp_path / "no" / "folder.csv")


def test_an_unknown_export_says_which_there_are(workspace):
    with pytest.raises(exports.ExportError, match="recipients, trouble, hits, events, links"):
        exports.export(world.make_campaign(workspace), "everything")


# A zone, a moment (UTC) in the first of the two hours that its clocks show alike, and how far from
# UTC they are in each.
BACK = [
    ("Europe/Berlin", datetime(2026, 10, 25, 0, 10, tzinfo=UTC), "UTC+02:00", "UTC+01:00"),
    ("America/St_Johns", datetime(2026, 11, 1, 4, 10, tzinfo=UTC), "UTC-02:30", "UTC-03:30"),
]


@pytest.mark.parametrize(("zone", "first", "before", "after"), BACK, ids=[row[0] for row in BACK])
def test_two_hours_that_the_clocks_show_alike_are_told_apart(
    make_scene, alice, zone, first, before, after
):
    """Those of people by the minute, and those of the totals by the hour."""
    partitions.ensure([partitions.month_of(first)])
    scene = make_scene(granted=1, unknown=24)
    Workspace.objects.filter(pk=scene.workspace.pk).update(time_zone=zone)
    for person in range(25):
        scene.opens(person)
        scene.opens(person, after=7200)
    scene.drain()
    sent = Event.objects.filter(mode="individual").order_by("at")
    for at, row in zip((first, first + timedelta(hours=1)), sent, strict=True):
        Event.objects.filter(pk=row.pk).update(at=at)
    hours = HourCount.objects.filter(mode="aggregate").order_by("hour")
    whole = first.replace(minute=0)
    for at, hour in zip((whole, whole + timedelta(hours=1)), hours, strict=True):
        HourCount.objects.filter(pk=hour.pk).update(hour=at)
    rows = download(alice, scene, "events.csv")
    for measuring, count in (("Per person", 1), ("Totals only", 24)):
        mine = [row for row in rows if row["Measuring"] == measuring]
        assert len({row[f"When ({zone})"] for row in mine}) == 1
        assert Counter(row["Offset"] for row in mine) == {before: count, after: count}
