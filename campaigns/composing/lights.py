"""Show a mail by day and by night, whatever the looker's own screen is set to.

A mail may bring dark colours of its own, which Apple Mail and some others follow. Most other
programs with a dark mode recolour what they get: each in its own way, of which turning all
lightness round and leaving pictures alone is the strongest.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Light(StrEnum):
    """What a reader's screen is set to, and whose colours are seen then."""

    DAY = "light"
    NIGHT = "dark"
    RECOLOURED = "recoloured"


_ASKED = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
# Media features that are always so, and never: they stand wherever the one asked for may.
_SO, _NEVER = "(min-width: 0)", "(max-width: 0)"
_TURNED = "filter: invert(1) hue-rotate(180deg)"
_STYLES = {
    Light.DAY: ":root { color-scheme: light }",
    Light.NIGHT: ":root { color-scheme: dark }",
    Light.RECOLOURED: (
        f":root {{ color-scheme: light; background: #fff; {_TURNED} }}"
        f" img, video, [background] {{ {_TURNED} }}"
    ),
}


def lit(html: str, light: Light) -> str:
    """Return `html` as it looks in this light, whatever the browser says that its user likes."""
    night = light is Light.NIGHT and has_night(html)
    liked = "dark" if night else "light"

    def settled(asked: re.Match[str]) -> str:
        return _SO if asked[1].lower() == liked else _NEVER

    # At the end, where the styles of a mail do not overrule it.
    style = _STYLES[Light.DAY if light is Light.NIGHT and not night else light]
    return f"{_ASKED.sub(settled, html)}<style>{style}</style>"


def has_night(html: str) -> bool:
    """Whether a mail brings dark colours of its own."""
    return any(asked[1].lower() == "dark" for asked in _ASKED.finditer(html))
