"""Lay out a document of blocks as MJML, and give its HTML with merge tags in place.

What members wrote never goes through MJML: marks stand for it, so that no text of theirs
can change the layout, and it comes out letter for letter.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable

from campaigns.composing import merge_tags, mjml
from campaigns.composing.blocks import bands, rich_text
from campaigns.composing.blocks.bands import Band
from campaigns.composing.blocks.document import Block
from campaigns.composing.blocks.look import FONTS, Look
from campaigns.composing.marks import Marks, Tag

# What mail programs need in each element, since many know no <style>.
_STYLES = {
    "p": "margin:0 0 16px",
    "h1": "margin:0 0 16px;font-size:30px;line-height:38px;font-weight:700;letter-spacing:-0.3px",
    "h2": "margin:0 0 12px;font-size:22px;line-height:30px;font-weight:700",
    "h3": "margin:0 0 8px;font-size:18px;line-height:26px;font-weight:600",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 6px",
    "blockquote": "margin:0 0 16px;padding:2px 0 2px 18px;border-left:3px solid #9aa3b2",
}
_OPENING = re.compile(r"<(p|h[123]|ul|ol|li|blockquote)>|<a(?= |>)")
_SIZES = {"": (16, 26), "small": (14, 22), "large": (19, 30)}
_SIDE = 32
# Wider pictures go from edge to edge.
_WIDEST = 600 - 2 * _SIDE
_WIDTHS = {"": (), "narrow_first": (36, 64), "narrow_last": (64, 36)}


class _Page:
    """One mail on its way to MJML."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._bands = bands.of(look)
        # No source: the marks stand in a text that is ours from end to end.
        self._marks = Marks("")

    def html(self, blocks: list[Block], *, title: str, language: str) -> str:
        """Return the whole HTML."""
        source = self._document(blocks, title=title, language=language)
        return self._marks.restore(mjml.to_html(source), str)

    def mjml(self, blocks: list[Block], *, title: str, language: str) -> str:
        """Return the whole MJML, an element a line."""
        source = self._document(blocks, title=title, language=language)
        return self._marks.restore(source.replace("><", ">\n<"), str)

    def _document(self, blocks: list[Block], *, title: str, language: str) -> str:
        look = self._look
        return (
            f'<mjml lang="{html.escape(language)}"><mj-head>'
            f"<mj-title>{self._put(merge_tags.literal(html.escape(title)))}</mj-title>"
            '<mj-raw><meta name="color-scheme" content="light dark" />'
            '<meta name="supported-color-schemes" content="light dark" /></mj-raw>'
            f'<mj-attributes><mj-all font-family="{FONTS[look.font]}" /></mj-attributes>'
            f"<mj-style>{bands.STYLES}</mj-style></mj-head>"
            f'<mj-body background-color="{look.page}" css-class="page">'
            f'<mj-section css-class="top" padding="0">{_spacer(24)}</mj-section>'
            f"{self._sections(blocks, around=None)}</mj-body></mjml>"
        )

    def _sections(self, blocks: list[Block], *, around: str | None) -> str:
        """Return blocks of the first level; where what is behind them changes, there is room."""
        runs = [(name, list(run)) for name, run in itertools.groupby(blocks, _behind)]
        if not runs:
            return self._room("", 48) if around is None else ""
        made = []
        before = around
        for at, (name, run) in enumerate(runs):
            after = runs[at + 1][0] if at + 1 < len(runs) else around
            above = before != name and not _is_wide(run[0])
            below = after != name and not _is_wide(run[-1])
            made.append(self._room(name, 32) if above else "")
            made += [self._section(block) for block in run]
            made.append(self._room(name, 16) if below else "")
            before = name
        return "".join(made)

    def _section(self, block: Block) -> str:
        band = self._bands[_behind(block)]
        match block["type"]:
            case "condition":
                inner = self._sections(block["blocks"], around="")
                return f"{self._put(condition(block))}{inner}{self._put('{% endif %}')}"
            case "columns":
                widths = _WIDTHS[block["widths"]] if len(block["columns"]) == 2 else ()
                columns = "".join(
                    f'<mj-column vertical-align="top"{_width(at, widths)}>'
                    + "".join(self._piece(each, band, side=12) for each in column)
                    + "</mj-column>"
                    for at, column in enumerate(block["columns"])
                )
                if block["beside"]:
                    columns = f'<mj-group css-class="beside">{columns}</mj-group>'
                return self._sheet(columns, band, padding=f"0 {_SIDE - 12}px")
        return self._sheet(f"<mj-column>{self._piece(block, band, side=_SIDE)}</mj-column>", band)

    def _room(self, name: str, height: int) -> str:
        return self._sheet(_spacer(height), self._bands[name])

    def _sheet(self, inner: str, band: Band, *, padding: str = "0") -> str:
        return (
            f'<mj-section padding="{padding}" css-class="{band.css_class}" '
            f'background-color="{band.behind}">{inner}</mj-section>'
        )

    def _piece(self, block: Block, band: Band, *, side: int) -> str:
        return _PIECES[block["type"]](self, block, band, side)

    def _text(self, block: Block, band: Band, side: int) -> str:
        words = self._styled(block["html"], band)
        return self._words(words, band, side, align=block["align"], size=block["size"])

    def _words(self, words: str, band: Band, side: int, *, align: str, size: str = "") -> str:
        pixels, line = _SIZES[size]
        ink = band.quiet if size == "small" else band.ink
        quiet = " quiet" if size == "small" and band.words == "words" else ""
        return (
            f'<mj-text css-class="{band.words}{quiet}{_side(side)}" align="{align}" '
            f'padding="0 {side}px" font-size="{pixels}px" line-height="{line}px" '
            f'color="{ink}">{self._put(words)}</mj-text>'
        )

    def _image(self, block: Block, _band: Band, side: int) -> str:
        if not block["src"]:
            return ""
        full = side == _SIDE and block["width"] > _WIDEST
        return self._picture(
            block["src"],
            block["alt"],
            f'href="{self._put(_escaped(block["href"]))}" ' if block["href"] else "",
            f'align="{block["align"]}" width="{block["width"]}px" '
            + (
                'padding="0 0 32px"'
                if full
                else f'padding="0 {side}px 16px" border-radius="8px" css-class="{_side(side)}"'
            ),
        )

    def _logo(self, block: Block, band: Band, side: int) -> str:
        look = self._look
        if not look.logo:
            name = merge_tags.literal(html.escape(look.name))
            words = f'<p style="margin:0 0 16px;font-weight:700">{name}</p>'
            return self._words(words, band, side, align=block["align"]) if look.name else ""
        return self._picture(
            look.logo,
            look.name,
            f'href="{self._put(_escaped(look.website))}" ' if look.website else "",
            f'align="{block["align"]}" width="{block["width"]}px" '
            f'padding="0 {side}px 24px" css-class="{_side(side)}"',
        )

    def _picture(self, src: str, alt: str, href: str, rest: str) -> str:
        return (
            f'<mj-image src="{self._put(_escaped(src))}" alt="{self._put(_escaped(alt))}" '
            f"{href}{rest} />"
        )

    def _button(self, block: Block, band: Band, side: int) -> str:
        # Without an address there is no link, and the page for writing says so.
        href = f' href="{self._put(_escaped(block["href"]))}"' if block["href"] else ""
        wide = ' width="100%"' if block["wide"] else ""
        return (
            f'<mj-button{href}{wide} align="{block["align"]}" background-color="{band.button}" '
            f'color="{band.on_button}" padding="4px {side}px 20px" inner-padding="12px 28px" '
            f'css-class="{_side(side)}" border-radius="8px" font-size="16px" line-height="24px" '
            f'font-weight="600">{self._put(_escaped(block["label"]))}</mj-button>'
        )

    def _divider(self, _block: Block, band: Band, side: int) -> str:
        on_accent = band.words == "on-accent"
        colour, rule = (band.quiet, "") if on_accent else ("#c3c9d3", "rule")
        return (
            f'<mj-divider border-width="1px" border-color="{colour}" padding="8px {side}px 24px" '
            f'css-class="{rule}{_side(side)}" />'
        )

    def _spacer(self, block: Block, _band: Band, _side: int) -> str:
        return f'<mj-spacer height="{block["height"]}px" />'

    def _social(self, block: Block, band: Band, side: int) -> str:
        own = [(link["name"], link["href"]) for link in block["links"]]
        links = " &nbsp;·&nbsp; ".join(
            f'<a href="{_escaped(href)}">{html.escape(name)}</a>'
            for name, href in (self._look.social if block["brand"] else own)
            if href
        )
        words = self._styled(f"<p>{links}</p>", band) if links else ""
        return self._words(words, band, side, align=block["align"]) if links else ""

    def _html(self, block: Block, band: Band, side: int) -> str:
        source = rich_text.clean_block(merge_tags.unescape(block["source"]))
        return self._words(merge_tags.unescape(source), band, side, align="left")

    def _styled(self, source: str, band: Band) -> str:
        """Write the styles of rich text into its elements."""
        titles = f";font-family:{FONTS[self._look.titles]}"

        def opening(match: re.Match[str]) -> str:
            name = match[1]
            if name is None:
                return f'<a style="color:{band.link};text-decoration:underline"'
            return f'<{name} style="{_STYLES[name]}{titles if name[0] == "h" else ""}">'

        return merge_tags.unescape(_OPENING.sub(opening, source))

    def _put(self, liquid: str) -> str:
        return self._marks.put(Tag(liquid, 0))


_PIECES: dict[str, Callable[[_Page, Block, Band, int], str]] = {
    "logo": _Page._logo,
    "text": _Page._text,
    "image": _Page._image,
    "button": _Page._button,
    "divider": _Page._divider,
    "spacer": _Page._spacer,
    "social": _Page._social,
    "html": _Page._html,
}


def to_html(document: Block, *, title: str, language: str, look: Look) -> str:
    """Return the HTML of a document, merge tags in place."""
    page = _Page(look.styled(document["style"]))
    return page.html(document["blocks"], title=title, language=language)


def to_mjml(document: Block, *, title: str, language: str, look: Look) -> str:
    """Return the MJML of a document, merge tags in place."""
    page = _Page(look.styled(document["style"]))
    return page.mjml(document["blocks"], title=title, language=language)


def condition(block: Block) -> str:
    """Return the merge tag that opens a block shown to some people only."""
    name, value = f"contact.{block['field']}", block["value"]
    match block["test"]:
        case "in" | "out" if not block["segment"]:
            return "{% if false %}"
        case "in" | "out" as test:
            return f'{{% if contact.segment-{block["segment"]} == "{test}" %}}'
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


def _behind(block: Block) -> str:
    """Return what is behind a block; those within a condition have their own."""
    band: str = "" if block["type"] == "condition" else block["band"]
    return band


def _is_wide(block: Block) -> bool:
    return block["type"] == "image" and bool(block["width"] > _WIDEST)


def _spacer(height: int) -> str:
    return f'<mj-column><mj-spacer height="{height}px" /></mj-column>'


def _width(at: int, widths: tuple[int, ...]) -> str:
    return f' width="{widths[at]}%"' if widths else ""


def _side(side: int) -> str:
    """Return the class of what has less room beside it on phones."""
    return " side" if side == _SIDE else " cell"
