"""Stand-ins for what is filled in per recipient.

A mark is a word of small letters and digits, so Markdown, HTML parsers, URL
normalisers and CSS inliners carry it through untouched, wherever it stands.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Hole(Enum):
    """What we fill in ourselves, named as a Liquid block sees it."""

    OPEN = "open_token"
    CLICK = "click_token"
    UNSUBSCRIBE = "unsubscribe_token"


@dataclass(frozen=True)
class Tag:
    """One merge tag as it stood in the source, without its whitespace control."""

    source: str
    line: int
    # The name of a `{% name … %}`; empty for an output, `{{ … }}`.
    name: str = ""


class Marks:
    """The stand-ins of one text, and what each stands for."""

    def __init__(self, source: str) -> None:
        prefix = "zq"
        # Parsers resolve references: an encoded mark would stand for one of ours.
        known = (source + html.unescape(source)).lower()
        while prefix in known:
            prefix += "q"
        self._prefix = prefix
        self._things: list[Tag | Hole] = []
        self._pattern = re.compile(rf"{prefix}(\d{{1,9}})z")

    def put(self, thing: Tag | Hole) -> str:
        """Keep `thing`, and give the mark that stands for it from now on."""
        self._things.append(thing)
        return f"{self._prefix}{len(self._things) - 1}z"

    def within(self, text: str) -> bool:
        """Whether a part of `text` is filled in later."""
        return self._pattern.search(text) is not None

    def only_logic(self, text: str) -> bool:
        """Whether `text` is nothing but marks of `{% … %}` tags and white space."""
        things = self.split(text)
        return any(not isinstance(thing, str) for thing in things) and all(
            not thing.strip()
            if isinstance(thing, str)
            else isinstance(thing, Tag) and bool(thing.name)
            for thing in things
        )

    def split(self, text: str) -> list[str | Tag | Hole]:
        """Give `text` in order: literal strings, and the things between them."""
        parts = self._pattern.split(text)
        pieces: list[str | Tag | Hole] = []
        for position, part in enumerate(parts):
            if position % 2 and int(part) < len(self._things):
                pieces.append(self._things[int(part)])
            elif position % 2:  # A parser made it of something else: it stands for nothing.
                pieces.append(f"{self._prefix}{part}z")
            elif part:
                pieces.append(part)
        return pieces

    def restore(self, text: str, literal: Callable[[str], str]) -> str:
        """Give Liquid source again; `literal` protects what must not read as a tag."""
        return "".join(
            literal(piece) if isinstance(piece, str) else source_of(piece)
            for piece in self.split(text)
        )


def source_of(thing: Tag | Hole) -> str:
    """Give the Liquid source of one thing."""
    return thing.source if isinstance(thing, Tag) else f"{{{{ {thing.value} }}}}"
