"""Compile the translations: `python -m config.catalogs` after a change of a .po file.

The compiled files are committed, so that a fresh machine needs no tools for them; a test
holds them against their sources. Only what recipients see is translated so far.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from config.env import BASE_DIR

LOCALE_DIR = BASE_DIR / "locale"


def sources() -> list[Path]:
    """Return the .po files, one for each language."""
    return sorted(LOCALE_DIR.glob("*/LC_MESSAGES/django.po"))


def read(source: Path) -> Catalog:
    """Return what a .po file says."""
    with source.open("rb") as file:
        return read_po(file, locale=source.parts[-3])


def compiled(source: Path) -> bytes:
    """Return the .mo file of a .po file."""
    made = io.BytesIO()
    write_mo(made, read(source))
    return made.getvalue()


def main() -> None:
    """Write every .mo file anew."""
    for source in sources():
        source.with_suffix(".mo").write_bytes(compiled(source))
        print(f"compiled {source.relative_to(BASE_DIR)}")


if __name__ == "__main__":
    main()
