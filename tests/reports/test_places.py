"""Region, city and language in reports: where the operator's file knows them, of whom it may."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from campaigns.reports import places as names
from campaigns.reports import reading, story
from campaigns.reports.reading import Wanted
from tests.reports.scene import DUTCH, GERMAN, GMAIL, GOOGLE
from tracking import places
from tracking.models import Engagement, FacetCount

pytestmark = pytest.mark.django_db

CITIES = {
    DUTCH: ("NL", "Utrecht", "Amersfoort"),
    GERMAN: ("DE", "Bavaria", "Munich"),
    GOOGLE: ("US", "California", "Mountain View"),
}


@pytest.fixture(autouse=True)
def _cities(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The operator has a file of cities."""
    writer = MMDBWriter(
        ip_version=6, ipv4_compatible=True, database_type="GeoLite2-City", languages=["en"]
    )
    for ip, (country, region, city) in CITIES.items():
        record = {
            "country": {"iso_code": country},
            "subdivisions": [{"names": {"en": region}}],
            "city": {"names": {"en": city}},
        }
        writer.insert_network(IPSet([f"{ip}/32"]), record)
    writer.to_db_file(str(tmp_path / "cities.mmdb"))
    settings.GEOIP_PATH = str(tmp_path / "cities.mmdb")
    places._places.cache_clear()
    places.place.cache_clear()
    yield
    places._places.cache_clear()
    places.place.cache_clear()


@pytest.fixture
def travelled(make_scene):
    """Three read in Amersfoort, one in Munich, two behind Gmail; twelve are only counted."""
    scene = make_scene(granted=12, unknown=12)
    for person in (0, 1, 2):
        scene.opens(person)
    scene.clicks(3, ip=GERMAN)
    for person in (4, 5):
        scene.opens(person, GMAIL, ip=GOOGLE)
    for person in range(12, 24):
        scene.opens(person)
    scene.drain()
    return scene


def bars(scene, facet):
    report = reading.report(scene.campaign, Wanted(), now=scene.sent_at)
    [found] = [one for one in report.nearer_places if str(one.title) == facet]
    return {bar.label: bar.count for bar in found.bars}


def rows(browser, scene, name):
    answer = browser.get(f"/campaigns/{scene.campaign.pk}/report/{name}")
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))


def test_people_are_counted_by_region_and_city(travelled):
    hidden = "Hidden by the mail service, or unknown"
    assert bars(travelled, "Regions") == {"Utrecht": 3, "Bavaria": 1, hidden: 2}
    assert bars(travelled, "Cities") == {"Amersfoort": 3, "Munich": 1, hidden: 2}


def test_the_page_shows_them(travelled, alice):
    page = alice.get(f"/campaigns/{travelled.campaign.pk}/report/").text
    assert "Regions" in page
    assert "Amersfoort" in page
    assert "Mountain View" not in page


def test_who_is_only_counted_adds_to_no_region_and_no_city(travelled):
    nearer = FacetCount.objects.filter(facet__in=("region", "city"))
    assert not nearer.filter(mode="aggregate").exists()
    assert sum(nearer.filter(facet="city").values_list("opens", flat=True)) == 3


def test_files_say_region_city_and_language(travelled, alice):
    hits = {row["E-mail"]: row for row in rows(alice, travelled, "hits.csv")}
    told = ("Country", "Region", "City")
    assert [hits["granted3@example.com"][name] for name in told] == ["Germany", "Bavaria", "Munich"]
    assert [hits["granted4@example.com"][name] for name in told] == ["", "", ""]
    people = {row["E-mail"]: row for row in rows(alice, travelled, "recipients.csv")}
    assert people["granted0@example.com"]["City"] == "Amersfoort"
    assert people["granted4@example.com"]["City"] == ""
    assert people["unknown12@example.com"]["City"] == ""


def test_the_table_of_hits_and_the_story_name_the_city(travelled, alice):
    page = alice.get(f"/campaigns/{travelled.campaign.pk}/report/hits/").text
    assert "Munich, Germany" in page
    [clicked] = story.of(travelled.people[3], "reading")
    assert clicked.detail.endswith("Munich, Germany")


def test_languages_have_names(make_scene, alice):
    scene = make_scene(granted=12)
    scene.opens(0)
    scene._hits = [hit._replace(language="nl") for hit in scene._hits]
    scene.drain()
    assert Engagement.objects.get(opens_sure=1).language == "nl"
    report = reading.report(scene.campaign, Wanted(), now=scene.sent_at)
    spoken = next(one for one in report.breakdowns if "Languages" in str(one.title))
    assert [(bar.label, bar.count) for bar in spoken.bars] == [("Dutch", 1)]
    assert [row["Language"] for row in rows(alice, scene, "hits.csv")] == ["Dutch"]


def test_a_region_stands_in_for_a_city_that_is_not_known():
    assert names.whole("", "Utrecht", "NL") == "Utrecht, Netherlands"
    assert names.whole("", "", "") == ""
