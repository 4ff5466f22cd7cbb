"""Blocks that a template's author locked: what of them others may change.

`lock` is "place", a block whose words are free and whose place is not, or "all". Locked
blocks stay in their order, and where two stood next to each other, nothing comes between
them; where other blocks stood, anything may. Colours and fonts stay where a whole block is
locked. What is saved is held against what was there.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.composing.blocks import document
from campaigns.composing.blocks.document import Block, BlocksError


class LockedError(BlocksError):
    """A locked block was changed, moved or taken away, or something was put beside it."""


def is_locked(source: str) -> bool:
    """Whether a document has locked blocks."""
    return any(block is not None for block in _skeleton(source))


def check(before: str, after: str) -> None:
    """See that `after` leaves alone what is locked in `before`. Raises `LockedError`."""
    old, new = _skeleton(before), _skeleton(after)
    if not is_locked(before) and is_locked(after):
        raise LockedError(_("Only in a template can blocks be locked."))
    if not is_locked(before):
        return
    at = 0
    for block in old:
        found = new[at] if at < len(new) else None
        if block is None:
            # Anything, also nothing, may stand where blocks stood that nobody locked.
            at += at < len(new) and found is None
        elif found is not None and _keeps(block, found):
            at += 1
        else:
            raise LockedError(_refusal())
    looks_the_same = _style(before) == _style(after)
    if at < len(new) or (_is_whole(old) and not looks_the_same):
        raise LockedError(_refusal())


def _skeleton(source: str) -> list[Block | None]:
    """Return the locked blocks in order, and None for each run of others."""
    try:
        blocks = document.read(source)["blocks"]
    except BlocksError:
        return []
    skeleton: list[Block | None] = []
    for block in blocks:
        if block["lock"]:
            skeleton.append(block)
        elif not skeleton or skeleton[-1] is not None:
            skeleton.append(None)
    return skeleton


def _style(source: str) -> Block:
    style: Block = document.read(source)["style"]
    return style


def _is_whole(skeleton: list[Block | None]) -> bool:
    return any(block is not None and block["lock"] == "all" for block in skeleton)


def _keeps(block: Block, found: Block) -> bool:
    if block["lock"] == "all":
        return block == found
    return (found["type"], found["lock"], found["band"]) == (
        block["type"], block["lock"], block["band"],
    )  # fmt: skip


def _refusal() -> str:
    return _(
        "The template's author locked some blocks: they stay as and where they are. Undo what you "
        "changed of them, or ask an owner of the workspace."
    )
