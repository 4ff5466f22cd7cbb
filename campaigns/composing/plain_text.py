"""The plain text part: derived from HTML, and its links found and changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

from campaigns.composing import markup

# In angle brackets (RFC 3986, appendix C) or bare.
_URL = re.compile(r"(?<=<)https?://[^\s<>]+(?=>)|https?://[^\s<>\"]+", re.IGNORECASE)
# What lxml reads in HTML and refuses to write: control characters, and what is no character.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_APART = {"display": Display.block, "margin_before": 1, "margin_after": 1}
_STYLES = {
    **STRICT_CSS_PROFILE,
    "table": HtmlElement(**_APART),
    "blockquote": HtmlElement(**_APART, padding_inline=2),
}
_CONFIG = ParserConfig(css=_STYLES, display_links=False, display_images=False)


def derive(source: str) -> str:
    """Return HTML as text that reads well: links in angle brackets behind their words."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    try:
        root = lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:  # There is nothing in it.
        return ""
    for element in root.xpath("//table[not(.//th)]"):
        _unwrap_table(element)
    for image in root.xpath("//img[@alt]"):
        image.tail = _writable(f"{image.get('alt').strip()}{image.tail or ''}")
    for link in root.xpath("//a[@href]"):
        _show_address(link)
    lines = Inscriptis(root, _CONFIG).get_text().splitlines()
    text = "\n".join(line.rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def links(text: str) -> list[str]:
    """Return the web addresses in `text`, in order, each once."""
    found: dict[str, None] = {}

    def note(url: str) -> None:
        found[url] = None

    replace_links(text, note)
    return list(found)


def replace_links(text: str, replacement: Callable[[str], str | None]) -> str:
    """Change the web addresses in `text`; None from `replacement` leaves one untouched."""

    def change(match: re.Match[str]) -> str:
        bracketed = text[match.start() - 1 : match.start()] == "<"
        url = match.group() if bracketed else _without_punctuation(match.group())
        new = replacement(url)
        return match.group() if new is None else new + match.group()[len(url) :]

    return _URL.sub(change, text)


def _unwrap_table(table: lxml.html.HtmlElement) -> None:
    """Make blocks of a table that is there for its looks."""
    for element in table.iter("table", "tbody", "thead", "tfoot", "tr", "td"):
        element.tag = "div"


def _show_address(link: lxml.html.HtmlElement) -> None:
    url = link.get("href").strip()
    words = link.text_content().strip()
    shown = url.removeprefix("mailto:").removeprefix("tel:")
    if shown == words or url.startswith("#"):
        return
    if markup.is_web(url) or re.fullmatch(r"zq+\d+z", url):
        last = link[-1] if len(link) else None
        tail = f" <{url}>"
        if last is None:
            link.text = _writable((link.text or "").rstrip() + tail)
        else:
            last.tail = _writable((last.tail or "").rstrip() + tail)


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _without_punctuation(url: str) -> str:
    """Leave out what ends the sentence and not the address."""
    while url:
        last = url[-1]
        if last in ".,;:!?'*_" or (last in ")]}" and url.count(last) > url.count(_OPENING[last])):
            url = url[:-1]
        else:
            break
    return url


_OPENING = {")": "(", "]": "[", "}": "{"}
