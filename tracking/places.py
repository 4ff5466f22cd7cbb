"""The place of an address, by geoip2, over the database that ships or the operator's own.

`GEOIP_PATH` names a GeoLite2 or DB-IP file of cities or countries; without it the one in
`country_data/` serves, which knows countries only and is unpacked under `var/` on first use.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import logging
import lzma
import os
import threading
import zoneinfo
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import geoip2.database
import geoip2.errors
import maxminddb
from django.conf import settings

from tracking.country_data import PACKED

logger = logging.getLogger(__name__)


class PlacesError(Exception):
    """The database of places cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is, as far as is known."""

    country: str = ""  # ISO 3166.
    region: str = ""  # In English, as the city.
    city: str = ""
    time_zone: str = ""


_NOWHERE = Place()
# As wide as the columns that they are kept in.
_LONGEST_NAME = 80


class Places:
    """Looks addresses up in one MMDB file, whichever of the known schemas it has."""

    def __init__(self, path: Path) -> None:
        try:
            self._reader = geoip2.database.Reader(path)
            # Countries are read past the models of geoip2, which take most of a look-up.
            self._records = maxminddb.open_database(path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise PlacesError(f"{path} is no readable MMDB file: {error}") from error
        kind = self._reader.metadata().database_type
        if "City" in kind:
            self._place = self._of_city
        elif "Country" in kind:
            self._place = self._of_country
        else:
            self._place = self._of_flat

    def place(self, ip: str) -> Place:
        """Return where an address is; nothing is known of one that is not found."""
        try:
            return self._place(ip)
        except (geoip2.errors.AddressNotFoundError, ValueError):
            return _NOWHERE

    def _of_city(self, ip: str) -> Place:
        found = self._reader.city(ip)
        return Place(
            country=found.country.iso_code or "",
            region=(found.subdivisions.most_specific.name or "")[:_LONGEST_NAME],
            city=(found.city.name or "")[:_LONGEST_NAME],
            time_zone=_known_zone(found.location.time_zone),
        )

    def _of_country(self, ip: str) -> Place:
        record: Any = self._records.get(ip)
        country = record.get("country") if isinstance(record, dict) else None
        return _country(country.get("iso_code") or "" if isinstance(country, dict) else "")

    def _of_flat(self, ip: str) -> Place:
        record: Any = self._records.get(ip)
        code = record.get("country_code") if isinstance(record, dict) else None
        return _country(code or "")


def _country(code: str) -> Place:
    return Place(country=code, time_zone=_only_zones().get(code, ""))


@cache
def _only_zones() -> Mapping[str, str]:
    """Return the zone of each country that has but one."""
    source = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab")
    zones: dict[str, list[str]] = defaultdict(list)
    for line in source.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            zones[country].append(zone)
    return {country: names[0] for country, names in zones.items() if len(names) == 1}


def _known_zone(name: str | None) -> str:
    """Return a time zone's name if Python knows it: files may be older or newer than we."""
    return name if name and name in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@lru_cache(maxsize=16_384)
def place(ip: str) -> Place:
    """Return where an address is by this process's database.

    An operator's file that cannot be read is told of once, and ours serves instead: no hit
    waits for it.
    """
    return _places().place(ip)


@cache
def _places() -> Places:
    if settings.GEOIP_PATH:
        try:
            return Places(Path(settings.GEOIP_PATH))
        except PlacesError:
            logger.exception("GEOIP_PATH is of no use; the country database that ships serves")
    return Places(unpacked())


def unpacked() -> Path:
    """Return the shipped database as a plain file, unpacked once for all processes."""
    packed = PACKED.read_bytes()
    digest = hashlib.blake2b(packed, digest_size=8).hexdigest()
    path = settings.PLACES_DIR / f"countries-{digest}.mmdb"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
    fresh.write_bytes(lzma.decompress(packed))
    fresh.replace(path)
    return path
