"""The country of an address, by geoip2, over the database that ships or the operator's own.

`GEOIP_PATH` names a GeoLite2 or DB-IP file of cities or countries; without it the one in
`country_data/` serves, which is unpacked under `var/` on first use.
"""

from __future__ import annotations

import hashlib
import logging
import lzma
import os
import threading
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


class Places:
    """Looks countries up in one MMDB file, whichever of the known schemas it has."""

    def __init__(self, path: Path) -> None:
        try:
            self._reader = geoip2.database.Reader(path)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise PlacesError(f"{path} is no readable MMDB file: {error}") from error
        kind = self._reader.metadata().database_type
        if "City" in kind:
            self._country = self._of_city
        elif "Country" in kind:
            self._country = self._of_country
        else:
            self._country = self._of_flat
            self._flat = maxminddb.open_database(path)

    def country(self, ip: str) -> str:
        """Return the ISO 3166 code of an address, or "" when it has none."""
        try:
            return self._country(ip) or ""
        except (geoip2.errors.AddressNotFoundError, ValueError):
            return ""

    def _of_city(self, ip: str) -> str | None:
        return self._reader.city(ip).country.iso_code

    def _of_country(self, ip: str) -> str | None:
        return self._reader.country(ip).country.iso_code

    def _of_flat(self, ip: str) -> str | None:
        record: Any = self._flat.get(ip)
        return record.get("country_code") if isinstance(record, dict) else None


@lru_cache(maxsize=16_384)
def country(ip: str) -> str:
    """Return the country of an address by this process's database, or "" when it has none.

    An operator's file that cannot be read is told of once, and ours serves instead: no hit
    waits for it.
    """
    return _places().country(ip)


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
