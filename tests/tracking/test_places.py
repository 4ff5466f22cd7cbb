"""Countries of addresses, by the file that ships or the operator's own."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from tracking import places
from tracking.places import Place, Places, PlacesError


@pytest.fixture(autouse=True)
def _afresh():
    """Forget the file of the test before."""
    places._places.cache_clear()
    places.place.cache_clear()
    yield
    places._places.cache_clear()
    places.place.cache_clear()


def write(path: Path, kind: str, record: dict[str, Any]) -> Path:
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=kind, languages=["en"])
    writer.insert_network(IPSet(["145.97.0.0/16"]), record)
    writer.to_db_file(str(path))
    return path


@pytest.mark.parametrize(
    ("ip", "country"),
    [
        ("145.97.20.10", "NL"),
        ("133.11.0.10", "JP"),
        ("200.160.2.3", "BR"),
        ("196.25.1.1", "ZA"),
        ("8.8.8.8", "US"),
        ("2001:67c:2e8:22::c100:68b", "NL"),
        ("127.0.0.1", ""),
        ("10.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_the_file_that_ships_knows_countries(ip, country):
    assert places.place(ip).country == country


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("GeoLite2-City", {"country": {"iso_code": "NL"}, "city": {"names": {"en": "Utrecht"}}}),
        ("GeoLite2-Country", {"country": {"iso_code": "NL"}}),
        ("DBIP-City-Lite", {"country": {"iso_code": "NL"}}),
        ("flat", {"country_code": "NL"}),
    ],
)
def test_the_operators_file_is_used_whatever_its_schema(tmp_path, settings, kind, record):
    settings.GEOIP_PATH = str(write(tmp_path / "own.mmdb", kind, record))
    assert places.place("145.97.20.10").country == "NL"
    assert places.place("133.11.0.10").country == ""


CITY = {
    "country": {"iso_code": "NL"},
    "subdivisions": [{"iso_code": "UT", "names": {"en": "Utrecht (province)", "nl": "Utrecht"}}],
    "city": {"names": {"en": "Utrecht"}},
    "location": {"latitude": 52.09, "longitude": 5.12, "time_zone": "Europe/Amsterdam"},
}


def test_a_file_of_cities_tells_region_city_and_time_zone(tmp_path, settings):
    settings.GEOIP_PATH = str(write(tmp_path / "own.mmdb", "GeoLite2-City", CITY))
    assert places.place("145.97.20.10") == Place(
        "NL", "Utrecht (province)", "Utrecht", "Europe/Amsterdam"
    )
    assert places.place("133.11.0.10") == Place()


def test_a_time_zone_that_nobody_knows_is_left_out(tmp_path, settings):
    odd = CITY | {"location": {"time_zone": "Europe/Nowhere"}}
    settings.GEOIP_PATH = str(write(tmp_path / "own.mmdb", "GeoLite2-City", odd))
    assert places.place("145.97.20.10").time_zone == ""


def test_the_file_that_ships_knows_no_cities_and_the_zone_of_countries_that_have_one():
    assert places.place("145.97.20.10") == Place("NL", time_zone="Europe/Amsterdam")
    assert places.place("8.8.8.8") == Place("US")


def test_a_file_that_is_none_is_told_of_and_ours_serves(tmp_path, settings, caplog):
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"no database")
    settings.GEOIP_PATH = str(broken)
    assert places.place("145.97.20.10").country == "NL"
    assert places.place("133.11.0.10").country == "JP"
    assert len([record for record in caplog.records if "GEOIP_PATH" in record.message]) == 1


def test_a_file_that_is_none_is_named(tmp_path):
    with pytest.raises(PlacesError, match=r"missing\.mmdb"):
        Places(tmp_path / "missing.mmdb")


def test_many_may_unpack_at_once(tmp_path, settings):
    settings.PLACES_DIR = tmp_path / "places"
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(places.unpacked())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [path.name for path in settings.PLACES_DIR.iterdir()] == [found[0].name]
    assert stat.S_IMODE(found[0].stat().st_mode) & 0o600 == 0o600
    assert Places(found[0]).place("145.97.20.10").country == "NL"
