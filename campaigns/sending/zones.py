"""The usual time zone of a country: that of most of its people. Pure."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from campaigns.sending.zone_data.build import TABLE


@functools.cache
def of_countries() -> Mapping[str, str]:
    """Return the usual zone of each country, by its ISO 3166 code."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.partition("\t") for line in lines if not line.startswith("#")]
    return {country: zone for country, _tab, zone in rows}
