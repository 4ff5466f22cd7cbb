"""What the HTML of a mail makes a mail program fetch, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import lxml.etree
import lxml.html

# Of each kind, so many are looked at: no mail that is read by people has as many.
MOST = 2_000
# Characters of an address; mail programs and servers take fewer.
LONGEST = 8_000
_TINY = 3
_SIZE = re.compile(r"^\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*$", re.IGNORECASE)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)|"
    r"max-height\s*:\s*0(?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
# Without a size, words are not seen; but MJML has it around columns whose words have one.
_SHRINKING = re.compile(r"font-size\s*:\s*0(?:px)?\s*(?:;|$)", re.IGNORECASE)
# From the beginning of a rule to its end, once: no style is so long that looking takes for ever.
_GROWING = re.compile(r"(?:^|;)\s*+font(?:-size)?\s*+:[^;1-9]*+[1-9]", re.IGNORECASE)
_STYLE_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
_STYLE_URL = re.compile(r"(?:url\(\s*+|@import\s++)[\"']?\s*+(https?://[^\s\"')]+)", re.IGNORECASE)
_ACTIVE = ("script", "form", "iframe", "object", "embed")
T = TypeVar("T")
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
    # There is more of it than was looked at.
    is_cut: bool = False


def read(html: str) -> Body:
    """Return what is in `html`; broken HTML is read as browsers do."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    try:
        root = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.ParserError, ValueError):  # There is nothing in it.
        return Body()
    unseen = hidden(root)
    pictures, links = first(_pictures(root, unseen)), first(_links(root, unseen))
    styles = first(_styles(root))
    return Body(
        pictures=tuple(pictures[:MOST]),
        links=tuple(links[:MOST]),
        styles=tuple(dict.fromkeys(styles[:MOST])),
        active=tuple(sorted({element.tag for element in root.iter(*_ACTIVE)})),
        is_cut=max(len(pictures), len(links), len(styles)) > MOST,
    )


def first(found: Iterable[T]) -> list[T]:
    """Return as many as are looked at, and one more if there are more."""
    return list(islice(found, MOST + 1))


def hidden(root: lxml.html.HtmlElement) -> set[lxml.html.HtmlElement]:
    """Return the elements that nobody sees, with all that is in them."""
    # Each element is looked at a few times, however deep they stand in each other.
    found: set[lxml.html.HtmlElement] = set()
    growing = _with_sizes_within(root)
    for element in root.iter(lxml.etree.Element):
        style = element.get("style") or ""
        if element in found:
            continue
        if (
            element.get("hidden") is not None
            or _HIDING.search(style)
            or (_SHRINKING.search(style) and element not in growing)
        ):
            found.update(element.iter(lxml.etree.Element))
    return found


def _with_sizes_within(root: lxml.html.HtmlElement) -> set[lxml.html.HtmlElement]:
    """Return the elements in which anything has a size of its own."""
    found: set[lxml.html.HtmlElement] = set()
    for element in root.iter(lxml.etree.Element):
        if not _GROWING.search(element.get("style") or ""):
            continue
        for outer in element.iterancestors():
            if outer in found:
                break
            found.add(outer)
    return found


def _pictures(root: lxml.html.HtmlElement, unseen: set[lxml.html.HtmlElement]) -> Iterator[Picture]:
    for element in root.iter("img", "input"):
        url = _address(element.get("src"))
        if not _WEB.match(url):
            continue
        sizes = _STYLE_SIZE.findall(element.get("style") or "")
        style = {name.lower(): int(size) for name, size in sizes}
        width, height = (style.get(name, _size(element.get(name))) for name in ("width", "height"))
        yield Picture(url, width, height, element in unseen)


def _links(root: lxml.html.HtmlElement, unseen: set[lxml.html.HtmlElement]) -> Iterator[Link]:
    for element in root.iter("a", "area"):
        url = _address(element.get("href"))
        if not _WEB.match(url):
            continue
        words = " ".join("".join(element.itertext()).split())
        if not words:
            words = next((one.get("alt") or "" for one in element.iter("img")), "")
        yield Link(url, words[:120], element in unseen)


def _styles(root: lxml.html.HtmlElement) -> Iterator[str]:
    for element in root.iter(lxml.etree.Element):
        if element.tag == "link" and _WEB.match(element.get("href") or ""):
            yield _address(element.get("href"))
        if element.tag == "style":
            yield from _style_urls(element.text)
        yield from _style_urls(element.get("style"))
        background = _address(element.get("background"))
        if _WEB.match(background):
            yield background


def _style_urls(text: str | None) -> Iterator[str]:
    return (_address(match[1]) for match in _STYLE_URL.finditer(text or ""))


def _address(text: str | None) -> str:
    return (text or "").strip()[:LONGEST]


def _size(value: str | None) -> int | None:
    match = _SIZE.match(value or "")
    return int(match[1]) if match else None
