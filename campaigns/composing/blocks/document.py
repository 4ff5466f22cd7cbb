"""The document of a mail written in blocks: read from JSON, held to an allow-list.

`docs/blocks.md` tells the format. What is not in the tables below is refused, so that a
document that was read holds nothing that its page or another member's browser would run.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from campaigns.composing.blocks import look, rules
from campaigns.composing.blocks.rules import BlocksError as BlocksError
from campaigns.composing.blocks.rules import Rule

VERSION = 1
MOST_BLOCKS = 500
ALIGN = ("left", "center", "right")
BANDS = ("", "tint", "accent")
LOCKS = ("", "place", "all")
# Of a condition that asks for a segment, and for no field.
IN_SEGMENT = ("in", "out")
NETWORKS = (
    "Bluesky", "Facebook", "GitHub", "Instagram", "LinkedIn", "Mastodon", "Pinterest", "TikTok",
    "Website", "X", "YouTube",
)  # fmt: skip

# A block is a mapping whose shape its "type" decides.
Block = dict[str, Any]

STYLE: dict[str, Rule] = {
    **dict.fromkeys(("page", "sheet", "ink", "accent", "link"), rules.colour),
    **dict.fromkeys(("font", "titles"), rules.one_of((look.OF_BRAND, *look.FONTS), look.OF_BRAND)),
}
# Of every block: what is behind it, and what of it those may change who only write mails.
_OF_ALL: dict[str, Rule] = {"band": rules.one_of(BANDS, ""), "lock": rules.one_of(LOCKS, "")}
KINDS: dict[str, dict[str, Rule]] = {
    "logo": {"align": rules.one_of(ALIGN, "left"), "width": rules.number(20, 536, 140)},
    "text": {
        "html": rules.markup,
        "align": rules.one_of(ALIGN, "left"),
        "size": rules.one_of(("", "small", "large"), ""),
    },
    "image": {
        "src": rules.picture,
        "alt": rules.line(300),
        "href": rules.address,
        "width": rules.number(20, 600, 536),
        "align": rules.one_of(ALIGN, "center"),
    },
    "button": {
        "label": rules.line(120),
        "href": rules.address,
        "align": rules.one_of(ALIGN, "left"),
        "wide": rules.flag,
    },
    "divider": {},
    "spacer": {"height": rules.number(4, 200, 24)},
    "social": {"align": rules.one_of(ALIGN, "center"), "brand": rules.flag},
    "html": {"source": rules.text(300_000)},
    "columns": {
        "widths": rules.one_of(("", "narrow_first", "narrow_last"), ""),
        "beside": rules.flag,
    },
    "condition": {
        "field": rules.field,
        "test": rules.one_of(("filled", "empty", "is", "is_not", *IN_SEGMENT), "filled"),
        "value": rules.compared,
        "segment": rules.segment,
    },
}
_NETWORK: dict[str, Rule] = {
    "name": rules.one_of(NETWORKS, "Website"),
    "href": rules.address,
}


def read(source: str) -> Block:
    """Return the document in `source`, cleaned. Raises `BlocksError`."""
    try:
        found = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise BlocksError(_("These are no blocks.")) from error
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise BlocksError(_("These are no blocks of a kind this version knows."))
    style = _held(_with_links(found.get("style", {})), STYLE)
    blocks = _blocks(found.get("blocks", []), within="")
    if len(walk(blocks)) > MOST_BLOCKS:
        raise BlocksError(_("A mail can have %d blocks.") % MOST_BLOCKS)
    return {"version": VERSION, "style": style, "blocks": blocks}


def read_block(source: str) -> Block:
    """Return the one block in `source`, cleaned and free to change. Raises `BlocksError`."""
    try:
        block = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise BlocksError(_("These are no blocks.")) from error
    return _block(block, within="") | {"lock": ""}


def dump(document: Block) -> str:
    """Return a document as it is kept: the same document is always the same text."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def is_empty(source: str) -> bool:
    """Whether there is nothing in a mail yet."""
    try:
        return not read(source)["blocks"]
    except BlocksError:
        return not source.strip()


def walk(blocks: list[Block]) -> list[Block]:
    """Return all blocks in reading order, those within others after them."""
    found: list[Block] = []
    for block in blocks:
        found.append(block)
        for inner in (block.get("blocks", []), *block.get("columns", [])):
            found += walk(inner)
    return found


def _blocks(found: Any, *, within: str) -> list[Block]:
    if not isinstance(found, list):
        raise BlocksError(_("These are no blocks."))
    return [_block(block, within=within) for block in found]


def _block(found: Any, *, within: str) -> Block:
    kind = found.get("type") if isinstance(found, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise BlocksError(_("There is a block of an unknown kind."))
    facts = {name: value for name, value in found.items() if name != "type"}
    inner: Block = {}
    match kind:
        case "columns" if within != "columns":
            columns = facts.pop("columns", None)
            if not isinstance(columns, list) or not 2 <= len(columns) <= 3:
                raise BlocksError(_("There are two or three columns side by side."))
            inner["columns"] = [_blocks(column, within="columns") for column in columns]
        case "condition" if not within:
            inner["blocks"] = _blocks(facts.pop("blocks", None) or [], within="condition")
        case "columns" | "condition":
            raise BlocksError(_("This block cannot stand within another one."))
        case "social":
            links = facts.pop("links", None) or []
            if not isinstance(links, list) or len(links) > len(NETWORKS):
                raise BlocksError(_("There are too many social links."))
            inner["links"] = [_held(link, _NETWORK) for link in links]
    made = {"type": kind} | _held(facts, KINDS[kind] | _OF_ALL) | inner
    if within:
        # Who locks a block locks what is in it; what is behind columns is behind all of them.
        made |= {"lock": ""} | ({"band": ""} if within == "columns" else {})
    return made


def _with_links(style: Any) -> Any:
    """Return a style in which links, and the font of titles, follow what older mails say."""
    if not isinstance(style, dict):
        return style
    follow = {"link": "accent", "titles": "font"}
    return {new: style[old] for new, old in follow.items() if old in style} | style


def _held(found: Any, held_to: dict[str, Rule]) -> Block:
    if not isinstance(found, dict) or not found.keys() <= held_to.keys():
        raise BlocksError(_("A block holds something unknown."))
    return {name: rule(found.get(name)) for name, rule in held_to.items()}
