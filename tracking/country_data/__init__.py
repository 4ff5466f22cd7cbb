"""The country database that ships with the project; `build.py` makes it, see SOURCE.md."""

from pathlib import Path

PACKED = Path(__file__).with_name("countries.mmdb.xz")
