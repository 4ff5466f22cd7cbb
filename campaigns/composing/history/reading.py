"""What a version says as lines that people can read and compare."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import Block, BlocksError
from campaigns.composing.models import Campaign

# How rich text reads without its tags.
_READ = (
    (re.compile(r"<a href=\"([^\"]*)\">(.*?)</a>", re.DOTALL), r"\2 <\1>"),
    (re.compile(r"</?strong>"), "**"),
    (re.compile(r"</?em>"), "*"),
    (re.compile(r"<h([123])>"), r"\n\1# "),
    (re.compile(r"<li>"), "\n- "),
    (re.compile(r"<blockquote>"), "\n> "),
    (re.compile(r"<(?:p|ul|ol|br|/h[123]|/p|/blockquote)>"), "\n"),
    (re.compile(r"</?(?:u|s|a|li|ul|ol)>"), ""),
)
_LONG = 300


def lines(said: Mapping[str, Any]) -> list[str]:
    """Return the lines of what a campaign says: its envelope, its body, its own plain text."""
    way = str(Campaign.Format(said["format"]).label)
    found = [
        _("Subject: %s") % said["subject"],
        _("Preheader: %s") % said["preheader"],
        _("Written as: %s") % way,
        "",
        *_body(said["format"], said["body"]),
    ]
    if said["text"]:
        found += ["", _("Plain text:"), *said["text"].splitlines()]
    return found


def _body(way: str, body: str) -> Iterator[str]:
    if way == Campaign.Format.BLOCKS and body:
        try:
            found = document.read(body)
        except BlocksError:
            yield from _source(body)
            return
        yield from (f"{name}: {value}" for name, value in found["style"].items())
        yield from _blocks(found["blocks"], indent="")
        return
    yield from _source(body)


def _blocks(blocks: list[Block], *, indent: str) -> Iterator[str]:
    for block in blocks:
        yield from (indent + line for line in _block(block))
        for number, column in enumerate(block.get("columns", []), start=1):
            yield f"{indent}  | {number}"
            yield from _blocks(column, indent=f"{indent}  | ")
        yield from _blocks(block.get("blocks", []), indent=f"{indent}  ")


def _block(block: Block) -> Iterator[str]:
    facts = {
        name: value
        for name, value in block.items()
        if name not in ("type", "html", "source", "columns", "blocks", "links")
        # Every block can have these, and few do.
        and (value or name not in ("band", "lock"))
    }
    yield f"[{block['type']}] " + ", ".join(f"{name}: {value}" for name, value in facts.items())
    yield from (f"{link['name']}: {link['href']}" for link in block.get("links", []))
    yield from _source(block.get("source", ""))
    yield from _words(block.get("html", ""))


def _words(source: str) -> Iterator[str]:
    for pattern, words in _READ:
        source = pattern.sub(words, source)
    yield from (line.rstrip() for line in html.unescape(source).splitlines() if line.strip())


def _source(source: str) -> Iterator[str]:
    for line in source.splitlines():
        # Where a page came as one line, its elements are the lines.
        yield from line.replace("><", ">\n<").splitlines() if len(line) > _LONG else [line]
