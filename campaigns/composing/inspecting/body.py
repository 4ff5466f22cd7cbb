"""What the HTML of a mail makes a mail program fetch, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.etree
import lxml.html

_TINY = 3
_SIZE = re.compile(r"^\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", re.IGNORECASE)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|"
    r"max-height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
# Without a size, words are not seen; but MJML has it around columns whose words have one.
_SHRINKING = re.compile(r"font-size\s*:\s*0(?:px)?\s*(?:;|$)", re.IGNORECASE)
_GROWING = re.compile(r"font(?:-size)?\s*:[^;]*[1-9]", re.IGNORECASE)
_STYLE_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
_STYLE_URL = re.compile(r"(?:url\(\s*|@import\s+)[\"']?\s*(https?://[^\s\"')]+)", re.IGNORECASE)
_ACTIVE = ("script", "form", "iframe", "object", "embed")
_WEB = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """A picture that is fetched from somewhere."""

    url: str
    width: int | None
    height: int | None
    hidden: bool

    @property
    def is_tiny(self) -> bool:
        """Whether nobody could see it."""
        return any(size is not None and size <= _TINY for size in (self.width, self.height))


@dataclass(frozen=True)
class Link:
    """A link, and the words it stands under."""

    url: str
    words: str
    hidden: bool


@dataclass(frozen=True)
class Body:
    """All that a mail fetches or leads to, in its order."""

    pictures: tuple[Picture, ...] = ()
    links: tuple[Link, ...] = ()
    # Style sheets, fonts and pictures that style rules ask for.
    styles: tuple[str, ...] = ()
    # Elements that no mail program runs, and a mail has no use for.
    active: tuple[str, ...] = ()


def read(html: str) -> Body:
    """Return what is in `html`; broken HTML is read as browsers do."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.ParserError, ValueError):  # There is nothing in it.
        return Body()
    unseen = hidden(root)
    return Body(
        pictures=tuple(_pictures(root, unseen)),
        links=tuple(_links(root, unseen)),
        styles=tuple(dict.fromkeys(_styles(root))),
        active=tuple(sorted({element.tag for element in root.iter(*_ACTIVE)})),
    )


def hidden(root: lxml.html.HtmlElement) -> set[lxml.html.HtmlElement]:
    """Return the elements that nobody sees, with all that is in them."""
    found = set()
    for element in root.iter(lxml.etree.Element):
        style = element.get("style") or ""
        if (
            element.get("hidden") is not None
            or _HIDING.search(style)
            or (_SHRINKING.search(style) and not _grows(element))
        ):
            found.update(element.iter(lxml.etree.Element))
    return found


def _grows(element: lxml.html.HtmlElement) -> bool:
    """Whether anything within has a size of its own."""
    inner = element.iterdescendants(lxml.etree.Element)
    return any(_GROWING.search(one.get("style") or "") for one in inner)


def _pictures(root: lxml.html.HtmlElement, unseen: set[lxml.html.HtmlElement]) -> Iterator[Picture]:
    for element in root.iter("img", "input"):
        url = (element.get("src") or "").strip()
        if not _WEB.match(url):
            continue
        sizes = _STYLE_SIZE.findall(element.get("style") or "")
        style = {name.lower(): int(size) for name, size in sizes}
        width, height = (style.get(name, _size(element.get(name))) for name in ("width", "height"))
        yield Picture(url, width, height, element in unseen)


def _links(root: lxml.html.HtmlElement, unseen: set[lxml.html.HtmlElement]) -> Iterator[Link]:
    for element in root.iter("a", "area"):
        url = (element.get("href") or "").strip()
        if not _WEB.match(url):
            continue
        words = " ".join("".join(element.itertext()).split())
        if not words:
            words = next((one.get("alt") or "" for one in element.iter("img")), "")
        yield Link(url, words[:120], element in unseen)


def _styles(root: lxml.html.HtmlElement) -> Iterator[str]:
    for element in root.iter(lxml.etree.Element):
        if element.tag == "link" and _WEB.match(element.get("href") or ""):
            yield (element.get("href") or "").strip()
        if element.tag == "style":
            yield from _STYLE_URL.findall(element.text or "")
        yield from _STYLE_URL.findall(element.get("style") or "")
        background = (element.get("background") or "").strip()
        if _WEB.match(background):
            yield background


def _size(value: str | None) -> int | None:
    match = _SIZE.match(value or "")
    return int(match[1]) if match else None
