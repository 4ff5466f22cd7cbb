"""Read from the address of a picture how it wants to be shown. Imports no framework.

A file's name tells the size the picture is shown in, and the folder `1x` that there is a
sharp one beside it in `2x`: whoever makes HTML of an address needs to ask nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Of the key, the size for small previews, the name, and the size in CSS pixels.
FILE = re.compile(
    r"(?P<key>[0-9a-f]{32})/(?P<use>1x/|2x/|small/)?[a-z0-9-]{1,60}"
    r"-(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5})\.(?P<extension>jpg|png|gif)"
)


@dataclass(frozen=True)
class Shown:
    """The size of a picture in CSS pixels, and the address of a sharper file if there is one."""

    width: int
    height: int
    sharp: str


def shown(address: str) -> Shown | None:
    """Return how to show the picture at a web address; None where it is not one of ours."""
    match = FILE.search(address)
    if match is None or match.end() != len(address) or address[: match.start()][-1:] != "/":
        return None
    if match["use"] in ("2x/", "small/"):
        return None
    before, after = address[: match.start()], address[match.start() :]
    sharp = before + after.replace("/1x/", "/2x/", 1) if match["use"] else ""
    return Shown(int(match["width"]), int(match["height"]), sharp)
