"""The HTML that members write: cleaned so that it can do no harm in anybody's browser."""

from __future__ import annotations

import re

import nh3

# What the editor of a text block makes. `static/js/blocks-text.js` keeps the same list.
_TAGS = {
    "p", "h1", "h2", "h3", "strong", "em", "u", "s", "a", "ul", "ol", "li", "br", "blockquote",
}  # fmt: skip
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s\"'<>\\]|#|\{\{ ?\w+(?:\.\w+)? ?\}\}")
_PICTURE = re.compile(r"https?://[^\s\"'<>\\]")
# And halves of characters, which JSON can name.
_CONTROL = re.compile(r"[\0-\x1f\x7f\ud800-\udfff]")
# Of an HTML block: what mails are made of, and nothing that runs or is sent.
_BLOCK_TAGS = nh3.ALLOWED_TAGS | {"center", "font", "section", "u", "s"}
_BLOCK_ATTRIBUTES = {
    "*": {"align", "bgcolor", "border", "class", "dir", "height", "lang", "role", "style",
          "title", "valign", "width"},
    "a": {"href", "target"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "table": {"cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}  # fmt: skip
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-left",
    "border-radius", "border-right", "border-top", "color", "display", "font", "font-family",
    "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height",
    "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
    "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "text-align", "text-decoration", "text-transform", "vertical-align",
    "white-space", "width",
}  # fmt: skip


def may_link(url: str) -> bool:
    """Whether a link may lead to `url`: the web, mail, a phone, a part, or a merge tag."""
    return _LINK.match(url) is not None and not _CONTROL.search(url)


def may_show(url: str) -> bool:
    """Whether `url` is where a picture can be."""
    return _PICTURE.match(url) is not None and not _CONTROL.search(url)


def clean(source: str) -> str:
    """Return the text of a block with only the tags its editor makes; twice is once."""
    # What is taken out can leave a paragraph in a paragraph, which reads otherwise the next time.
    return _cleaned(_cleaned(source))


def _cleaned(source: str) -> str:
    return nh3.clean(
        source,
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_filtered,
        link_rel=None,
    )


def clean_block(source: str) -> str:
    """Return the HTML of a block without what runs, is sent or reaches out of it."""
    return nh3.clean(
        source,
        tags=_BLOCK_TAGS,
        attributes=_BLOCK_ATTRIBUTES,
        attribute_filter=_filtered,
        filter_style_properties=_STYLES,
        link_rel=None,
    )


def _filtered(_tag: str, name: str, value: str) -> str | None:
    match name:
        case "href":
            return value if may_link(value) else None
        case "src":
            return value if may_show(value) else None
        case "style":
            # A picture behind a text would be fetched by whoever looks.
            return value if "url(" not in value.lower() and "\\" not in value else None
    return value
