"""What a value in a document of blocks may be. Each rule gives back the value, cleaned."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from campaigns.composing.blocks import rich_text
from campaigns.composing.blocks.look import OF_BRAND
from campaigns.composing.merge_tags import MergeTagError

# Gives the value as it may be kept; what is missing, None, becomes the rule's default.
Rule = Callable[[Any], Any]

T = TypeVar("T")

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,59}")
_SEGMENT = re.compile(r"[0-9a-f]{12}")


class BlocksError(MergeTagError):
    """The document of blocks is not one of ours, or holds what is not allowed in it."""


def flag(value: Any) -> bool:
    """Allow yes and no."""
    return _kept(value, bool, default=False)


def text(longest: int, default: str = "") -> Rule:
    """Allow any text up to a length, line ends of one kind."""

    def rule(value: Any) -> str:
        found = _kept(value, str, default=default)
        if len(found) > longest:
            raise BlocksError(_("A text in a block is too long."))
        # A mark of byte order is dropped by the parsers that meet it first, and only there; half
        # of a character, which JSON can name, is kept by nothing.
        found = found.encode("utf-8", "ignore").decode().replace("\0", "").replace("\ufeff", "")
        return found.replace("\r\n", "\n").replace("\r", "\n")

    return rule


def line(longest: int, default: str = "") -> Rule:
    """Allow a text of one line."""
    any_text = text(longest, default)
    return lambda value: " ".join(any_text(value).split("\n"))


def number(least: int, most: int, default: int) -> Rule:
    """Allow a whole number, brought within bounds."""

    def rule(value: Any) -> int:
        if isinstance(value, bool):
            raise BlocksError(_("A block holds a value of the wrong kind."))
        return min(max(_kept(value, int, default=default), least), most)

    return rule


def one_of(names: Collection[str], default: str) -> Rule:
    """Allow one of these names."""

    def rule(value: Any) -> str:
        found = _kept(value, str, default=default)
        if found not in names:
            raise BlocksError(_("A block holds a choice that does not exist."))
        return found

    return rule


def colour(value: Any) -> str:
    """Allow a colour such as #1d4ed8, or the brand's."""
    found = _kept(value, str, default=OF_BRAND).lower()
    if found != OF_BRAND and not _COLOUR.fullmatch(found):
        raise BlocksError(_("A colour looks like #1d4ed8."))
    return found


def address(value: Any) -> str:
    """Allow what a link may lead to; anything else becomes no link."""
    found = _kept(value, str, default="").strip()[:2000]
    return found if rich_text.may_link(found) else ""


def picture(value: Any) -> str:
    """Allow the web address of a picture; anything else becomes none."""
    found = _kept(value, str, default="").strip()[:2000]
    return found if rich_text.may_show(found) else ""


def field(value: Any) -> str:
    """Allow the name of a person's field."""
    found = _kept(value, str, default="first_name")
    if not _FIELD.fullmatch(found):
        raise BlocksError(_("A condition asks for a field that does not exist."))
    return found


def segment(value: Any) -> str:
    """Allow the key of a segment, or none yet."""
    found = _kept(value, str, default="")
    if found and not _SEGMENT.fullmatch(found):
        raise BlocksError(_("A condition asks for a segment that does not exist."))
    return found


def compared(value: Any) -> str:
    """Allow a text that a condition can compare with."""
    found: str = line(200)(value)
    if '"' in found or "{" in found or "%}" in found:
        raise BlocksError(_("A condition cannot compare with quotation marks or brackets."))
    return found


def markup(value: Any) -> str:
    """Allow text with headings, lists, links and the like, and take everything else out."""
    return rich_text.clean(text(200_000)(value))


def _kept(value: Any, kind: type[T], *, default: T) -> T:
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BlocksError(_("A block holds a value of the wrong kind."))
    return value
