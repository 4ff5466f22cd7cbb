"""The templates that we bring along: data files, and their pictures, drawn by `drawing`.

In a file, `starter:` is where the pictures are served from, and `https://example.com` the
workspace's website. A mail may be opened in years: a picture's name is never given to another.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from campaigns.composing.blocks import document

_FOLDER = Path(__file__).parent / "starters"
# In the order of the gallery.
KEYS = (
    "newsletter", "announcement", "invitation", "welcome", "offer", "story", "letter", "survey",
)  # fmt: skip
_WEBSITE = "https://example.com"


@dataclass(frozen=True)
class Starter:
    """One of our templates."""

    key: str
    name: str
    about: str
    subject: str
    preheader: str
    source: str

    def body(self, website: str) -> str:
        """Return its document for a workspace with this website."""
        source = with_pictures(self.source)
        if website:
            # Of a web address all that JSON needs to have escaped are these two.
            escaped = website.rstrip("/").replace("\\", "\\\\").replace('"', '\\"')
            source = source.replace(_WEBSITE, escaped)
        return document.dump(document.read(source))


@functools.cache
def every() -> dict[str, Starter]:
    """Return all of our templates by key."""
    return {key: _read(key) for key in KEYS}


@functools.cache
def pictures() -> dict[str, Path]:
    """Return the files of the pictures, by name."""
    return {path.stem: path for path in _FOLDER.glob("*.png")}


def with_pictures(source: str) -> str:
    """Return the source of a mail with addresses for our pictures in it."""
    return source.replace("starter:", f"{settings.PUBLIC_URL}/media/starters/")


def _read(key: str) -> Starter:
    facts = json.loads((_FOLDER / f"{key}.json").read_text())
    told = {name: facts.pop(name) for name in ("name", "about", "subject", "preheader")}
    return Starter(key=key, source=json.dumps({"version": 1, "style": {}} | facts), **told)
