"""The templates that we bring along: data files, and their pictures, drawn by `drawing`.

In a file, `starter:` is where the pictures are served from, and `https://example.com` the
workspace's website. A mail may be opened in years: a picture's name is never given to another.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from campaigns.composing.blocks import document

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_FOLDER = Path(__file__).parent / "starters"
# In the order of the gallery: what each is called, and what it is for.
_TOLD = {
    "newsletter": (_("Newsletter"), _("Several short pieces, the most important one first.")),
    "announcement": (
        _("Announcement"),
        _("One new thing: what it is, why it matters, where to get it."),
    ),
    "invitation": (_("Invitation"), _("An event with its date, its place and its programme.")),
    "welcome": (_("Welcome"), _("The first mail to somebody new.")),
    "offer": (_("Offer"), _("A sale or a discount, with a code and an end.")),
    "story": (_("Story"), _("One long piece, to be read in peace.")),
    "letter": (
        _("Letter"),
        _("Plain words from a person. Also to ask people whether they want to stay."),
    ),
    "survey": (_("Survey"), _("One question, three faces: an answer in one click.")),
}
KEYS = tuple(_TOLD)
_WEBSITE = "https://example.com"


@dataclass(frozen=True)
class Starter:
    """One of our templates."""

    key: str
    name: StrPromise
    about: StrPromise
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
    told = {name: facts.pop(name) for name in ("subject", "preheader")}
    name, about = _TOLD[key]
    source = json.dumps({"version": 1, "style": {}} | facts)
    return Starter(key=key, name=name, about=about, source=source, **told)
