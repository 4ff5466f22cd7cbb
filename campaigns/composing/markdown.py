"""Markdown to the HTML of a mail: CommonMark with tables, and buttons.

A link that stands alone and has the title "button" becomes one:
`[Read more](https://example.com "button")`. HTML in Markdown stays text.
"""

from __future__ import annotations

import re

from linkify_it import LinkifyIt
from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import validateLink
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from campaigns.composing.pictures import showing

# Outlook draws no padding on links; the cell has it.
_BUTTON_OPEN = (
    '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0">'
    '<tr><td class="button-cell">'
)
_BUTTON_CLOSE = "</td></tr></table>\n"


def render(source: str) -> str:
    """Return the HTML of `source`, safe whatever it holds."""
    html: str = _markdown.render(source)
    return html


def _buttons(state: StateCore) -> None:
    """Turn each paragraph that is one link titled "button" into a button."""
    for position, token in enumerate(state.tokens):
        children = token.children or []
        if token.type != "inline" or not _is_button(children):
            continue
        children[0].attrs.pop("title")
        children[0].attrSet("class", "button-link")
        opening, closing = state.tokens[position - 1], state.tokens[position + 1]
        opening.type, opening.content = "html_block", _BUTTON_OPEN
        closing.type, closing.content = "html_block", _BUTTON_CLOSE


def _pictures(state: StateCore) -> None:
    """Give pictures of the library their size: Outlook shows none without it as it should be."""
    for token in (child for block in state.tokens for child in block.children or []):
        found = showing.shown(str(token.attrs.get("src", ""))) if token.type == "image" else None
        if found is None:
            continue
        token.attrSet("width", str(found.width))
        token.attrSet("height", str(found.height))
        if found.sharp:
            token.attrSet("srcset", f"{token.attrs['src']} 1x, {found.sharp} 2x")


def _is_button(children: list[Token]) -> bool:
    return (
        len(children) > 2
        and children[0].type == "link_open"
        and children[0].attrs.get("title") == "button"
        and children[-1].type == "link_close"
        and sum(child.type == "link_open" for child in children) == 1
    )


def _may_link(url: str) -> bool:
    """Whether a link may lead there. `feed:javascript:` is a script to some old programs."""
    scheme = _SCHEME.match(url)
    return validateLink(url) and (scheme is None or scheme[1].lower() in _SCHEMES)


_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = frozenset({"http", "https", "mailto", "sms", "tel", "webcal"})
# Only what says "https://": `file.md` is no address.
_linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": True})
_markdown.enable(["table", "strikethrough", "linkify"])
_markdown.linkify = _linkify
_markdown.validateLink = _may_link  # type: ignore[method-assign]  # as its documentation says
_markdown.core.ruler.push("buttons", _buttons)
_markdown.core.ruler.push("pictures", _pictures)
