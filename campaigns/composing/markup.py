"""Find and change the few places of an HTML mail that are ours to change.

A scanner and no parser: what is not a link, a body or its end stays byte for byte,
Outlook's conditional comments included (their buttons are links too).
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

# Tags whose `href` a reader follows; "v:" are the shapes Outlook's buttons are made of.
_LINKING = re.compile(r"a|area|v:\w+", re.IGNORECASE)
# A comment that is not for Outlook, or a tag, with what follows its name up to its end.
# Possessive, so that a tag without an end costs one pass.
_PART = re.compile(
    r"""<(?:(?P<comment>!--)(?!\[if)"""
    r"""|(?P<name>/?[a-zA-Z][^\s/>]*+)(?P<rest>(?:[^>"']++|"[^"]*+"|'[^']*+')*+>)?+)"""
)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[^\s"'>/=]+)(?:(?P<equals>\s*=\s*)"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+)))?"""
)
# Elements whose content is text to a browser.
_OPAQUE = frozenset({"script", "style", "textarea", "title", "xmp", "template"})
_REFERENCE = re.compile(r"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[A-Za-z][A-Za-z0-9]*;?)")
_HTTP = re.compile(r"https?://[^\s/]", re.IGNORECASE)


class Element(NamedTuple):
    """A start or end tag, and where it stands."""

    name: str
    start: int
    end: int


def links(source: str) -> list[str]:
    """Return the web addresses that readers can follow, in order, each once."""
    found: dict[str, None] = {}

    def note(url: str) -> None:
        found[url] = None

    replace_links(source, note)
    return list(found)


def hrefs(source: str) -> list[str]:
    """Return whatever links lead to, in order."""
    matches = [
        _attribute(source, element, "href")
        for element in elements(source)
        if _LINKING.fullmatch(element.name)
    ]
    return [attribute_value(match) for match in matches if match]


def replace_links(source: str, replacement: Callable[[str], str | None]) -> str:
    """Change web addresses of links; None from `replacement` leaves one untouched."""
    out: list[str] = []
    done = 0
    for element in elements(source):
        if not _LINKING.fullmatch(element.name):
            continue
        match = _attribute(source, element, "href")
        url = attribute_value(match) if match else ""
        new = replacement(url) if is_web(url) else None
        if match is None or new is None:
            continue
        out.append(source[done : match.start()])
        out.append(f'{match["name"]}{match["equals"]}"{escape_attribute(new)}"')
        done = match.end()
    out.append(source[done:])
    return "".join(out)


def mark_links(source: str, mark: Callable[[str, bool], str]) -> str:
    """Put what `mark` says of its address into each link: at its end, before any picture in it.

    `mark` is told as well whether the link holds a picture.
    """
    out: list[str] = []
    done = 0
    opened: tuple[int, str] | None = None
    picture = False
    for element in elements(source):
        match element.name.lower():
            case "a":
                href = _attribute(source, element, "href")
                opened = (element.end, attribute_value(href)) if href else None
                picture = False
            case "img":
                picture = True
            case "/a" if opened is not None:
                place = opened[0] if picture else element.start
                out += (source[done:place], mark(opened[1], picture))
                done, opened = place, None
    return "".join((*out, source[done:]))


def elements(source: str) -> Iterator[Element]:
    """Give the tags of `source` that a reader's program sees, conditional comments included."""
    part = _PART.search(source)
    while part:
        name, after = part["name"], part.end()
        if part["comment"]:
            after = source.find("-->", part.start())
            if after < 0:
                return
        elif part["rest"] is None:  # It swallows all that follows.
            return
        else:
            yield Element(name, part.start(), after)
            if name.lower() in _OPAQUE:
                after = _end_of(name, source, after)
        part = _PART.search(source, after)


def insert(source: str, *, first: str, last: str) -> str:
    """Put `first` at the top of the body and `last` at its end, making a document if need be."""
    opening = closing = None
    for element in elements(source):
        match element.name.lower():
            case "body":  # The last: one before it is in a comment for Outlook.
                opening = element.end
            case "/body":
                closing = element.start
    if opening is None:
        return _document(first + source + last)
    if closing is None or closing < opening:
        closing = len(source)
    return source[:opening] + first + source[opening:closing] + last + source[closing:]


def is_web(url: str) -> bool:
    """Whether this is an address of the web, and not `mailto:`, `tel:`, `#part` and so on."""
    return _HTTP.match(url) is not None


def attribute_value(match: re.Match[str]) -> str:
    """Read the value as a browser does: references resolved, white space around it gone."""
    raw = match["double"] or match["single"] or match["bare"] or ""
    return re.sub(r"[\t\n\r]", "", _resolve(raw).strip("\x00\t\n\f\r "))


def escape_attribute(value: str) -> str:
    """Write `value` so that it can stand between double quotes."""
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _resolve(raw: str) -> str:
    """Resolve character references by the rule for attributes.

    `?a=1&copy=2` is no ©: without its semicolon a name before `=` or a letter is text.
    """
    if "&" not in raw:
        return raw

    def character(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("#") or name.endswith(";"):
            return html.unescape(match.group())
        following = raw[match.end() : match.end() + 1]
        if following == "=" or name not in html.entities.html5:
            return match.group()
        return html.entities.html5[name]

    return _REFERENCE.sub(character, raw)


def _attribute(source: str, element: Element, name: str) -> re.Match[str] | None:
    start = element.start + 1 + len(element.name)
    for match in _ATTRIBUTE.finditer(source, start, element.end):
        if match["name"].lower() == name and match["equals"]:
            return match
    return None


def _end_of(tag: str, source: str, start: int) -> int:
    match = re.compile(rf"</{tag}\b", re.IGNORECASE).search(source, start)
    return match.start() if match else len(source)


def _document(body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body style="margin:0">\n{body}\n</body></html>\n'
    )
