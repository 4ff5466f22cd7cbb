"""Show what the inspector found."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from campaigns.composing.inspecting import tools as _tools
from campaigns.composing.inspecting.identifiers import Identifier, Marks
from campaigns.composing.inspecting.inspection import Inspection, Seen

register = template.Library()


@register.filter
def in_words(identifier: Identifier) -> str:
    """Return what an identifier is, with the identifier in it."""
    facts = {"value": _short(identifier.value), "about": identifier.about}
    match identifier.marks:
        case Marks.ADDRESS if identifier.about:
            text = _("The reader's address, written in %(about)s: %(value)s")
        case Marks.ADDRESS:
            text = _("The reader's address, for everybody to read: %(value)s")
        case Marks.HASH:
            text = _("The reader's address as %(about)s, which others can make too: %(value)s")
        case Marks.PERSON:
            text = _("The name that %(about)s has for the reader: %(value)s")
        case Marks.CLICK:
            text = _("The name that %(about)s has for one click: %(value)s")
        case Marks.MAIL:
            text = _("The name that %(about)s has for this mail, for all alike: %(value)s")
        case Marks.CAMPAIGN:
            text = _("Says which campaign it was, for all alike: %(value)s")
        case Marks.OPAQUE:
            text = _("Unreadable, so it can be a name for one reader: %(value)s")
    return text % facts


@register.filter
def tools(found: Inspection) -> list[tuple[str, str]]:
    """Return what readers' tools do with the mail."""
    return list(_tools.reactions(found))


@register.filter
def carrying(found: Inspection) -> list[Seen]:
    """Return the pictures and styles that carry a name for the reader."""
    return [one for one in (*found.pictures, *found.styles) if one.is_personal]


def _short(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:57]}…"
