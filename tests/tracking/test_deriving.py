"""What is kept of a hit instead of its address and its user agent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from tests.tracking.agents_met import APPLE_PRIVACY, CHROME, GMAIL, SCANNER
from tests.tracking.hitting import NL, fill, make_campaign, make_hit, person
from tracking import classify, deriving, draining, hits, places
from tracking.models import Engagement, Event, FacetCount
from tracking.tokens import Token

pytestmark = pytest.mark.django_db

RELAY = "172.224.226.5"
UTRECHT = {
    "country": {"iso_code": "NL"},
    "subdivisions": [{"iso_code": "UT", "names": {"en": "Utrecht"}}],
    "city": {"names": {"en": "Amersfoort"}},
    "location": {"time_zone": "Europe/Amsterdam"},
}


@pytest.fixture(autouse=True)
def _cities(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The operator has a file of cities, which knows these two networks."""
    writer = MMDBWriter(
        ip_version=6, ipv4_compatible=True, database_type="GeoLite2-City", languages=["en"]
    )
    writer.insert_network(IPSet(["145.97.0.0/16", "172.224.226.0/24"]), UTRECHT)
    writer.to_db_file(str(tmp_path / "cities.mmdb"))
    settings.GEOIP_PATH = str(tmp_path / "cities.mmdb")
    places._places.cache_clear()
    places.place.cache_clear()
    yield
    places._places.cache_clear()
    places.place.cache_clear()


def kept(folder: Path, hit: hits.Hit) -> Event:
    fill(folder, [hit])
    draining.drain(folder)
    return Event.objects.latest("id")


def place(event: Event) -> tuple[str, str, str, str]:
    return event.country, event.region, event.city, event.time_zone


def test_of_a_person_who_may_be_known_the_city_is_kept(tmp_path):
    campaign = make_campaign()
    opened = kept(tmp_path, make_hit(person(campaign, 1)))
    assert place(opened) == ("NL", "Utrecht", "Amersfoort", "")
    clicked = kept(tmp_path, make_hit(person(campaign, 1), 1, after=60))
    assert place(clicked) == ("NL", "Utrecht", "Amersfoort", "Europe/Amsterdam")


def test_of_a_person_who_is_only_counted_the_country_is_kept_and_no_more(tmp_path):
    token = Token(make_campaign())
    assert place(kept(tmp_path, make_hit(token, 1, flags="fl"))) == ("NL", "", "", "")


def test_of_who_asks_not_to_be_tracked_no_place_is_kept_at_all(tmp_path):
    token = person(make_campaign(), 1)
    assert place(kept(tmp_path, make_hit(token, 1, flags="flg"))) == ("", "", "", "")


@pytest.mark.parametrize(
    "fields",
    [
        {"agent": GMAIL},
        {"agent": APPLE_PRIVACY},
        {"agent": SCANNER},
        {"ip": RELAY},
        {"ip": RELAY, "number": 1},
    ],
)
def test_no_place_is_kept_of_what_is_proxied_or_a_machine(tmp_path, fields):
    number = fields.pop("number", 0)
    event = kept(tmp_path, make_hit(person(make_campaign(), 1), number, **fields))
    assert place(event) == ("", "", "", "")


def test_the_language_is_kept_and_counted(tmp_path):
    campaign = make_campaign()
    event = kept(tmp_path, make_hit(person(campaign, 1), 1, language="nl"))
    kept(tmp_path, make_hit(person(campaign, 2), 1, language="de"))
    kept(tmp_path, make_hit(person(campaign, 2), 1, after=60, language="nl"))
    assert event.language == "nl"
    assert Engagement.objects.get(delivery_id=2).language == "de", "what came first stays"
    rows = FacetCount.objects.filter(campaign_id=campaign, facet="language")
    assert {row.value: (row.clicks, row.people) for row in rows} == {"nl": (2, 1), "de": (1, 1)}


def test_signals_are_kept_and_say_nothing_finer_than_the_rules_need(tmp_path):
    hit = make_hit(person(make_campaign(), 1), 1, agent=CHROME, ip=NL, flags="fnlp")
    event = kept(tmp_path, hit)
    assert (event.family, event.network, set(event.flags), event.age, event.beside) == (
        "browser",
        "",
        set("fnlp"),
        None,
        "",
    )


def test_a_spool_from_before_languages_is_read(tmp_path):
    hit = make_hit(Token(make_campaign()))
    old = hits.pack(hit).rpartition(b"\x1f")[0]
    assert hits.unpack(old) == hit._replace(language="")
    assert hits.unpack(hits.pack(hit._replace(language="nl"))).language == "nl"


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.integers(-classify.LONGEST_AGE, classify.LONGEST_AGE),
)
def test_the_age_of_a_hit_is_right_to_the_tenth(sent_at: datetime, tenths: int) -> None:
    at = sent_at + timedelta(milliseconds=100 * tenths)
    at_ns = round(at.timestamp() * 1_000_000) * 1000
    assert deriving._age(at_ns, sent_at) == tenths
