"""Documents of blocks out of a seed: every kind, every choice, words that are hard to keep."""

from __future__ import annotations

import json
import random
from typing import Any

from campaigns.composing.blocks import document

Block = dict[str, Any]
WORDS = (
    "Hello", "a < b & c", "“quoted”", '"', "\\ and /", "é ü 漢字 😀", "{{ contact.first_name }}",
    "{{ contact.country | default: \"here\" }}", "  two  blanks ", "\u00a0",
    "\u2028", "&amp;", "</p>",
)  # fmt: skip
MARKUP = (
    "<p>{}</p>", "<h1>{}</h1><p>more</p>", "<ul><li>{}</li><li>two</li></ul>", "<p>a<br>{}</p>",
    "<blockquote>{}</blockquote>", "<ol><li><p>{}</p></li></ol>", "{} by itself",
    "<p></p><p>{}</p>",
    '<p><a href="https://example.com/?a=1&amp;b=2">{}</a> <strong><em>x</em></strong></p>',
)  # fmt: skip


def make(seed: int, size: int = 14) -> str:
    """Return a document as the server keeps it, with a block of every kind."""
    draw = random.Random(seed)  # Nothing is secret here.
    kinds = [*document.KINDS, *draw.choices(list(document.KINDS), k=size)]
    draw.shuffle(kinds)
    blocks = [_block(draw, kind, depth=0) for kind in kinds]
    source = {"version": 1, "style": _style(draw), "blocks": blocks}
    return document.dump(document.read(json.dumps(source)))


def _block(draw: random.Random, kind: str, depth: int) -> Block:
    words = draw.choice(WORDS)
    found: Block = {"type": kind, "band": draw.choice(document.BANDS)}
    if "align" in document.KINDS[kind]:
        found["align"] = draw.choice(document.ALIGN)
    inner = [one for one in document.KINDS if one not in ("columns", "condition")]

    def some(kinds: list[str]) -> list[Block]:
        return [_block(draw, draw.choice(kinds), depth + 1) for _number in range(draw.randrange(3))]

    match kind:
        case "text":
            found |= {"html": draw.choice(MARKUP).format(words)}
            found |= {"size": draw.choice(["", "small", "large"])}
        case "image":
            found |= {"src": draw.choice(["", "https://example.com/ä?b=1&c=2"]), "alt": words}
            found |= {"href": "{{ web_version_url }}", "width": draw.randrange(20, 601)}
        case "button":
            found |= {
                "label": words,
                "href": "https://example.com/?q=a b",
                "wide": draw.random() < 0.5,
            }
        case "logo":
            found |= {"width": draw.randrange(20, 537)}
        case "spacer":
            found |= {"height": draw.randrange(4, 201)}
        case "social":
            names = draw.sample(document.NETWORKS, draw.randrange(4))
            found |= {"brand": draw.random() < 0.5}
            found |= {"links": [{"name": name, "href": "https://example.com/"} for name in names]}
        case "html":
            found |= {"source": f"<table>\n<tr><td onclick=x>{words}</td></tr>\n</table>\n\n"}
        case "columns":
            widths = ["", "narrow_first", "narrow_last"]
            found |= {"widths": draw.choice(widths), "beside": draw.random() < 0.5}
            found |= {"columns": [some(inner) for _number in range(draw.choice([2, 3]))]}
        case "condition":
            tests = ["filled", "empty", "is", "is_not", *document.IN_SEGMENT]
            found |= {"test": draw.choice(tests), "value": "NL & \\", "field": "gone_field"}
            found |= {"segment": draw.choice(["", "0123456789ab"])}
            found |= {"blocks": some([*inner, "columns"])}
    return found


def _style(draw: random.Random) -> Block:
    colours = ("page", "sheet", "ink", "accent", "link")
    style = {name: draw.choice(["brand", "#a1b2c3"]) for name in colours}
    return style | {
        "font": draw.choice(["brand", "serif"]),
        "titles": draw.choice(["brand", "mono"]),
    }
