"""The HTML of a mail as its readers meet it: words in their colours, pictures, links, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import css_inline
import lxml.etree
import lxml.html

from campaigns.composing.inspecting.body import hidden
from campaigns.composing.proofing import contrast
from campaigns.composing.proofing.contrast import Colour

_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
_DECLARATION = re.compile(r"([a-z-]+)\s*:\s*([^;]+)", re.IGNORECASE)
_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|hsla?\([^)]*\)|\b[a-z]{3,}\b", re.IGNORECASE)
_PIXELS = re.compile(r"(\d+(?:\.\d+)?)(px|pt|em|rem|%)?")
_KEYWORDS = {"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24,
             "xx-large": 32}  # fmt: skip
_HEADINGS = {"h1": 32.0, "h2": 24.0, "h3": 18.7, "h4": 16.0, "h5": 13.3, "h6": 10.7}
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})
_LINK: Colour = (0, 0, 238)
# Nothing of these is read.
_UNREAD = frozenset({"head", "style", "script", "title", "template", "noscript"})


@dataclass(frozen=True)
class Run:
    """Words that stand together, and how they look. `behind` is None over a picture."""

    words: str
    colour: Colour
    behind: Colour | None
    size: float = 16.0
    bold: bool = False

    @property
    def is_large(self) -> bool:
        """Whether WCAG calls them large."""
        return self.size >= 24 or (self.bold and self.size >= 18.66)


class Sheet:
    """A mail's HTML, its style rules written into the elements."""

    def __init__(self, html: str) -> None:
        self.html = html
        parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        source = _INLINER.inline(html).encode("utf-8", "replace") or b"<p></p>"
        self.root = lxml.html.document_fromstring(source, parser=parser)
        self._hidden = hidden(self.root)

    @property
    def language(self) -> str:
        """The language that the mail says it is in, or nothing."""
        return str(self.root.get("lang") or "").strip()

    def seen(self, *tags: str) -> Iterator[lxml.html.HtmlElement]:
        """Give the elements that somebody sees, in their order."""
        return (one for one in self.root.iter(*tags) if one not in self._hidden)

    def runs(self) -> list[Run]:
        """Return all words that somebody sees, in their order."""
        start = Run("", contrast.BLACK, contrast.WHITE)
        return list(self._runs(self.root, start))

    def _runs(self, element: lxml.html.HtmlElement, around: Run) -> Iterator[Run]:
        if element.tag in _UNREAD or element in self._hidden:
            return
        look = _look(element, around)
        if words := _words(element.text):
            yield replace(look, words=words)
        for child in element:
            yield from self._runs(child, look)
            if words := _words(child.tail):
                yield replace(look, words=words)


def words_of(element: lxml.html.HtmlElement) -> str:
    """Return what is read out of an element: its text, and the words of its pictures."""
    pictures = [one.get("alt") or "" for one in element.iter("img")]
    label = [element.get("aria-label") or "", element.get("title") or ""]
    return " ".join(" ".join([*element.itertext(), *pictures, *label]).split())


def _look(element: lxml.html.HtmlElement, around: Run) -> Run:
    """Return how words in the element look, by what is around it and by its own style."""
    look = around
    if element.tag in _HEADINGS:
        look = replace(look, size=_HEADINGS[element.tag], bold=True)
    elif element.tag in ("b", "strong", "th"):
        look = replace(look, bold=True)
    elif element.tag == "a" and element.get("href"):
        look = replace(look, colour=_LINK)
    style = {name.lower(): value.strip() for name, value in _declared(element)}
    weight = style.get("font-weight") or _part(style.get("font", ""), _BOLD)
    if weight:
        look = replace(look, bold=weight.split()[0] in _BOLD)
    look = replace(look, size=_size(style, look.size), behind=_behind(element, style, look.behind))
    colour = style.get("color") or (element.get("color") if element.tag == "font" else None)
    parsed = contrast.parse(_plain(colour), look.behind or contrast.WHITE) if colour else None
    return replace(look, colour=parsed) if parsed else look


def _declared(element: lxml.html.HtmlElement) -> list[tuple[str, str]]:
    return _DECLARATION.findall(element.get("style") or "")


def _behind(
    element: lxml.html.HtmlElement, style: dict[str, str], around: Colour | None
) -> Colour | None:
    said = [element.get("bgcolor") or "", style.get("background", "")]
    said.append(style.get("background-color", ""))
    found = around
    for value in filter(None, said):
        for name in _COLOUR.findall(re.sub(r"url\([^)]*\)", "", value)):
            found = contrast.parse(name, found or contrast.WHITE) or found
    over_picture = "url(" in style.get("background", "") + style.get("background-image", "")
    return None if over_picture or element.get("background") else found


def _size(style: dict[str, str], around: float) -> float:
    said = style.get("font-size") or _part(style.get("font", ""), None)
    if said in _KEYWORDS:
        return float(_KEYWORDS[said])
    match = _PIXELS.match(said or "")
    if not match:
        return around
    number, unit = float(match[1]), match[2]
    factor = {"pt": 4 / 3, "em": around, "rem": 16.0, "%": around / 100}.get(unit or "px", 1.0)
    return number * factor


def _part(font: str, among: frozenset[str] | None) -> str:
    """Return a part of the shorthand `font`: a weight, or else the size."""
    for part in font.split():
        if part in among if among else re.match(r"\d+(\.\d+)?(px|pt|em|rem|%)", part):
            return part.partition("/")[0]
    return ""


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def _plain(value: str) -> str:
    return value.replace("!important", "").strip()
