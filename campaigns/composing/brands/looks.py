"""What a workspace's mails look like, and what of it people may not be able to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from django.utils.translation import gettext as _

from campaigns.accounts.models import Workspace
from campaigns.composing.blocks import bands, colours
from campaigns.composing.blocks.look import FONTS, Look
from campaigns.composing.brands.models import Brand
from campaigns.composing.proofing import contrast

COLOURS = ("page", "sheet", "ink", "accent", "link")
# The footer that every mail gets is of this grey.
_FOOTER = "#646b77"


def of(workspace: Workspace) -> Look:
    """Return how mails of the workspace look, from its brand or without one."""
    return look(brand_of(workspace))


def brand_of(workspace: Workspace) -> Brand:
    """Return the brand of a workspace, or one that is not saved yet."""
    mine = Brand.objects.filter(workspace=workspace.pk)
    found = None if workspace._state.adding else mine.first()
    return found or Brand(workspace=workspace)


def look(brand: Brand) -> Look:
    """Return the brand as mails are made with it."""
    return Look(
        name=brand.workspace.name,
        **{name: getattr(brand, name) for name in (*COLOURS, "font", "titles", "logo", "website")},
        social=tuple((link["name"], link["href"]) for link in brand.social),
    )


def facts(workspace: Workspace) -> dict[str, object]:
    """Return the look of a workspace for the page of the block editor."""
    one = of(workspace)
    return asdict(one) | {"fonts": FONTS, "tint": bands.of(one)["tint"].behind}


def warnings(one: Look) -> Iterator[str]:
    """Say which of the colours do not read well on each other."""
    tint = bands.of(one)["tint"].behind
    words = [
        (one.ink, one.sheet, _("Words on the sheet")),
        (one.ink, tint, _("Words on a tinted band")),
        (one.link, one.sheet, _("Links on the sheet")),
        (one.link, tint, _("Links on a tinted band")),
        (_FOOTER, one.page, _("The footer around the mail")),
    ]
    for front, behind, what in words:
        if colours.contrast(front, behind) < contrast.LEAST:
            yield _warning(what, front, behind, contrast.LEAST)
    if colours.contrast(one.accent, one.sheet) < colours.VISIBLE:
        yield _warning(_("Buttons on the sheet"), one.accent, one.sheet, colours.VISIBLE)


def _warning(what: str, front: str, behind: str, asked: float) -> str:
    return _("%(what)s: the contrast is %(is).1f, and %(asked).1f is what people need.") % {
        "what": what,
        "is": colours.contrast(front, behind),
        "asked": asked,
    }
