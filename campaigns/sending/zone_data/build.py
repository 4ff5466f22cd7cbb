"""Build `countries.tsv` from the time zone database: `python -m campaigns.sending.zone_data.build`.

`zone.tab` names the zones of each country. Where there are several, its order follows the
map more than the people, so the zone where most of them live is named here.
"""

import importlib.metadata
import importlib.resources
from pathlib import Path

TABLE = Path(__file__).parent / "countries.tsv"
# Countries with several zones whose first line is not where most of their people live.
MOST_PEOPLE = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CD": "Africa/Lubumbashi",
    "PS": "Asia/Hebron",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
# Codes that people use and `zone.tab` does not know.
FURTHER = {
    "EA": "Africa/Ceuta",
    "IC": "Atlantic/Canary",
    "XK": "Europe/Belgrade",
}


def main() -> None:
    """Write the table, and say from which version."""
    version = importlib.metadata.version("tzdata")
    source = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab")
    found: dict[str, str] = {}
    for line in source.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _coordinates, zone = line.split("\t")[:3]
            found.setdefault(country, zone)
    rows = sorted((found | MOST_PEOPLE | FURTHER).items())
    head = f"# Country, usual zone. From zone.tab of tzdata {version} (public domain), by build.py"
    TABLE.write_text("\n".join([head, *("\t".join(row) for row in rows)]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
