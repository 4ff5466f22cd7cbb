"""Lay out a document of blocks as MJML, and give its HTML with merge tags in place.

What members wrote never goes through MJML: marks stand for it, so that no text of theirs
can change the layout, and it comes out letter for letter.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from campaigns.composing import merge_tags, mjml
from campaigns.composing.blocks import rich_text
from campaigns.composing.blocks.document import Block
from campaigns.composing.marks import Marks, Tag

_FONTS = {
    "system": "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
    "serif": "Georgia,'Times New Roman',Times,serif",
    "rounded": "'Trebuchet MS','Avenir Next',Verdana,sans-serif",
    "mono": "ui-monospace,SFMono-Regular,Menlo,Consolas,'Courier New',monospace",
}
# What mail programs need in each element, since many know no <style>.
_STYLES = {
    "p": "margin:0 0 16px",
    "h1": "margin:0 0 16px;font-size:30px;line-height:38px;font-weight:700",
    "h2": "margin:0 0 12px;font-size:22px;line-height:30px;font-weight:700",
    "h3": "margin:0 0 8px;font-size:18px;line-height:26px;font-weight:600",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 6px",
    "blockquote": "margin:0 0 16px;padding:2px 0 2px 18px;border-left:3px solid #9aa3b2",
}
_OPENING = re.compile(r"<(p|h[123]|ul|ol|li|blockquote)>|<a(?= |>)")
_DARK = (
    "@media (prefers-color-scheme: dark) {"
    " body, .page { background-color: #0f1217 !important; }"
    " .sheet, .sheet > table { background: #1b2028 !important;"
    " background-color: #1b2028 !important; }"
    " .words div, .words p, .words h1, .words h2, .words h3, .words li, .words blockquote"
    " { color: #e3e8ef !important; }"
    " .words a { color: #93b4ff !important; }"
    " .footer, .footer p, .footer a { color: #98a2b1 !important; } }"
)
_SIDE = 32


class _Page:
    """One mail on its way to MJML."""

    def __init__(self, style: Block) -> None:
        self._style = style
        # No source: the marks stand in a text that is ours from end to end.
        self._marks = Marks("")

    def section(self, block: Block) -> str:
        """Return a block of the first level: a section of the page, or several."""
        match block["type"]:
            case "condition":
                inner = "".join(self.section(each) for each in block["blocks"])
                return f"{self._put(condition(block))}{inner}{self._put('{% endif %}')}"
            case "columns":
                columns = "".join(
                    '<mj-column vertical-align="top">'
                    + "".join(self._piece(each, side=12) for each in column)
                    + "</mj-column>"
                    for column in block["columns"]
                )
                return self._section(columns, padding=f"0 {_SIDE - 12}px")
        return self._section(f"<mj-column>{self._piece(block, side=_SIDE)}</mj-column>")

    def html(self, blocks: list[Block], *, title: str, language: str) -> str:
        """Return the whole HTML."""
        source = self._document(blocks, title=title, language=language)
        return self._marks.restore(mjml.to_html(source), str)

    def mjml(self, blocks: list[Block], *, title: str, language: str) -> str:
        """Return the whole MJML, an element a line."""
        source = self._document(blocks, title=title, language=language)
        return self._marks.restore(source.replace("><", ">\n<"), str)

    def _document(self, blocks: list[Block], *, title: str, language: str) -> str:
        edge = self._section('<mj-column><mj-spacer height="32px" /></mj-column>')
        body = "".join(self.section(block) for block in blocks)
        style = self._style
        return (
            f'<mjml lang="{html.escape(language)}"><mj-head>'
            f"<mj-title>{self._put(merge_tags.literal(html.escape(title)))}</mj-title>"
            '<mj-raw><meta name="color-scheme" content="light dark" />'
            '<meta name="supported-color-schemes" content="light dark" /></mj-raw>'
            f'<mj-attributes><mj-all font-family="{_FONTS[style["font"]]}" /></mj-attributes>'
            f"<mj-style>{_DARK}</mj-style></mj-head>"
            f'<mj-body background-color="{style["page"]}" css-class="page">'
            f"{edge}{body}{edge}</mj-body></mjml>"
        )

    def _section(self, inner: str, *, padding: str = "0") -> str:
        return (
            f'<mj-section padding="{padding}" css-class="sheet" '
            f'background-color="{self._style["sheet"]}">{inner}</mj-section>'
        )

    def _piece(self, block: Block, *, side: int) -> str:
        return _PIECES[block["type"]](self, block, side)

    def _text(self, block: Block, side: int) -> str:
        return self._words(self._styled(block["html"]), block["align"], side)

    def _words(self, words: str, align: str, side: int) -> str:
        return (
            f'<mj-text css-class="words" align="{align}" padding="0 {side}px" font-size="16px" '
            f'line-height="26px" color="{self._style["ink"]}">{self._put(words)}</mj-text>'
        )

    def _image(self, block: Block, side: int) -> str:
        if not block["src"]:
            return ""
        href = f' href="{self._put(_escaped(block["href"]))}"' if block["href"] else ""
        return (
            f'<mj-image src="{self._put(_escaped(block["src"]))}" '
            f'alt="{self._put(_escaped(block["alt"]))}"{href} align="{block["align"]}" '
            f'width="{block["width"]}px" padding="0 {side}px 16px" border-radius="8px" />'
        )

    def _button(self, block: Block, side: int) -> str:
        accent = self._style["accent"]
        # Without an address there is no link, and the page for writing says so.
        href = f' href="{self._put(_escaped(block["href"]))}"' if block["href"] else ""
        wide = ' width="100%"' if block["wide"] else ""
        return (
            f'<mj-button{href}{wide} align="{block["align"]}" background-color="{accent}" '
            f'color="{_on(accent)}" padding="4px {side}px 20px" inner-padding="12px 28px" '
            'border-radius="8px" font-size="16px" line-height="24px" font-weight="600">'
            f"{self._put(_escaped(block['label']))}</mj-button>"
        )

    def _divider(self, _block: Block, side: int) -> str:
        return (
            f'<mj-divider border-width="1px" border-color="#9aa3b2" padding="8px {side}px 24px" />'
        )

    def _spacer(self, block: Block, _side: int) -> str:
        return f'<mj-spacer height="{block["height"]}px" />'

    def _social(self, block: Block, side: int) -> str:
        links = " &nbsp;·&nbsp; ".join(
            f'<a href="{_escaped(link["href"])}">{link["name"]}</a>'
            for link in block["links"]
            if link["href"]
        )
        return self._words(self._styled(f"<p>{links}</p>"), block["align"], side) if links else ""

    def _html(self, block: Block, side: int) -> str:
        source = rich_text.clean_block(merge_tags.unescape(block["source"]))
        return self._words(merge_tags.unescape(source), "left", side)

    def _styled(self, source: str) -> str:
        """Write the styles of rich text into its elements."""
        accent = self._style["accent"]

        def opening(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return f'<a style="color:{accent};text-decoration:underline"'
            return f'<{name} style="{_STYLES[name]}">'

        return merge_tags.unescape(_OPENING.sub(opening, source))

    def _put(self, liquid: str) -> str:
        return self._marks.put(Tag(liquid, 0))


_PIECES: dict[str, Callable[[_Page, Block, int], str]] = {
    "text": _Page._text,
    "image": _Page._image,
    "button": _Page._button,
    "divider": _Page._divider,
    "spacer": _Page._spacer,
    "social": _Page._social,
    "html": _Page._html,
}


def to_html(document: Block, *, title: str, language: str) -> str:
    """Return the HTML of a document, merge tags in place."""
    page = _Page(document["style"])
    return page.html(document["blocks"], title=title, language=language)


def to_mjml(document: Block, *, title: str, language: str) -> str:
    """Return the MJML of a document, merge tags in place."""
    page = _Page(document["style"])
    return page.mjml(document["blocks"], title=title, language=language)


def condition(block: Block) -> str:
    """Return the merge tag that opens a block shown to some people only."""
    name, value = f"contact.{block['field']}", block["value"]
    match block["test"]:
        case "filled":
            return f'{{% if {name} and {name} != "" %}}'
        case "empty":
            return f'{{% if {name} == nil or {name} == "" %}}'
        case "is":
            return f'{{% if {name} == "{value}" %}}'
        case _:
            return f'{{% if {name} != "{value}" %}}'


def _escaped(text: str) -> str:
    """Return a text for HTML, its merge tags as they are."""
    return merge_tags.unescape(html.escape(text))


def _on(colour: str) -> str:
    """Return black or white, whichever reads better on `colour`."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in (red, green, blue)]  # fmt: skip
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#111827" if light > 0.18 else "#ffffff"
