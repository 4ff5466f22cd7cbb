"""Build the country database that ships with the project.

    npm pack @ip-location-db/geo-whois-asn-country-mmdb
    tar xzf ip-location-db-geo-whois-asn-country-mmdb-*.tgz
    python -m tracking.country_data.build package/geo-whois-asn-country.mmdb

The source keeps a bare `{"country_code": "NL"}` per network; the geoip2 library wants the
schema of GeoIP2-Country. This converts one to the other, in about two minutes, and packs
the result as `countries.mmdb.xz` beside this file. Data and licence: see SOURCE.md there.
"""

import lzma
import sys
import tempfile
from pathlib import Path

import maxminddb
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from tracking.country_data import PACKED


def build(source: Path, packed: Path) -> int:
    """Convert `source` into `packed`; return how many networks it holds."""
    writer = MMDBWriter(
        ip_version=6,
        ipv4_compatible=True,
        database_type="Candid-Country",
        languages=["en"],
        description="Countries of networks, by the registries' own data",
    )
    networks = 0
    with maxminddb.open_database(source) as reader:
        for network, record in reader:
            if isinstance(record, dict) and record.get("country_code"):
                country = {"country": {"iso_code": record["country_code"]}}
                writer.insert_network(IPSet([str(network)]), country)
                networks += 1
    with tempfile.NamedTemporaryFile(suffix=".mmdb") as plain:
        writer.to_db_file(plain.name)
        packed.write_bytes(lzma.compress(Path(plain.name).read_bytes(), preset=9))
    return networks


if __name__ == "__main__":
    print(f"{build(Path(sys.argv[1]), PACKED):,} networks in {PACKED}")
