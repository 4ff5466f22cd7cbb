"""See that a mail in blocks can be sent, and name the block that cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from campaigns.composing import merge_tags
from campaigns.composing.blocks import document, layout
from campaigns.composing.blocks.document import Block, BlocksError

# Where the words of each kind of block are.
_WORDS = ("html", "label", "href", "src", "alt", "source")


class UnfinishedError(BlocksError):
    """A block is not written yet, rather than written wrongly."""


def check(source: str, fields: Collection[str]) -> None:
    """Raise `BlocksError` on the first block that cannot be sent as it is."""
    blocks = document.walk(document.read(source)["blocks"])
    for place, block in enumerate(blocks, start=1):
        for text in _texts(block):
            try:
                merge_tags.check(text, fields)
            except merge_tags.MergeTagError as error:
                raise BlocksError(_at(place, _reason(error))) from error
        reason = _missing(block)
        if reason:
            raise UnfinishedError(_at(place, reason))


def _texts(block: Block) -> Iterator[str]:
    """Give the texts of a block that may hold merge tags, each to be whole by itself."""
    if block["type"] == "condition":
        yield layout.condition(block) + "{% endif %}"
    for name in _WORDS:
        if name in block:
            yield block[name]


def _missing(block: Block) -> str:
    match block["type"]:
        case "condition" if block["test"] in document.IN_SEGMENT and not block["segment"]:
            return _("Choose the segment whose people see this, or do not.")
        case "image" if not block["src"]:
            return _("The picture has no address yet.")
        case "image" if not block["alt"].strip():
            return _("Say what the picture shows: many people see the words and not the picture.")
        case "button" if not block["label"].strip():
            return _("The button has no words yet.")
        case "button" if not block["href"]:
            return _("The button leads nowhere yet.")
    return ""


def _reason(error: merge_tags.MergeTagError) -> str:
    """Say what is wrong: of a deleted segment nobody remembers the key."""
    if "segment-" in error.tag:
        return _("The segment that it is for was deleted: choose another.")
    return error.reason


def _at(place: int, reason: str) -> str:
    return _("Block %(place)d: %(reason)s") % {"place": place, "reason": reason}
