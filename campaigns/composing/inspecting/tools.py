"""What readers' mail programs and blockers do about what was found in a mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from campaigns.composing.inspecting.inspection import Inspection

# Paths so plain that general filter lists have them, whoever's the host.
_GENERAL = re.compile(r"/track/open[/?]|/email/open\?|/mail-tracking/", re.IGNORECASE)


def reactions(found: Inspection) -> Iterator[tuple[str, str]]:
    """Give each tool, and in a sentence what it does with this mail."""
    counting = [one.who for one in found.pixels if one.who]
    named = ", ".join(dict.fromkeys(counting))
    yield (
        _("Ugly Email and the like"),
        _("A tool that knows these marks warns before opening: %(who)s.") % {"who": named}
        if named
        else _("Nothing to name: no pixel of a product that we know."),
    )
    general = any(_GENERAL.search(one.url) for one in found.pixels)
    yield (
        "EasyPrivacy, uBlock Origin",
        _("In web mail, a general rule blocks the pixel by its path.")
        if general
        else _("No general rule fits; lists may know the host."),
    )
    yield "Privacy Badger", _privacy_badger(found)
    yield "Apple Mail Privacy Protection", _apple(found)
    yield "Gmail", _gmail(found)
    yield (
        "Proton Mail",
        _(
            "Takes out pixels that it knows, loads other pictures by a proxy, and cleans links of "
            "utm_ marks."
        )
        if found.pixels or found.links
        else _("Has nothing to take out."),
    )


def _privacy_badger(found: Inspection) -> str:
    if not found.pixels and not found.pictures:
        return _("Has nothing to judge.")
    return _(
        "Judges hosts by what they do on many sites, mostly by cookies. A pixel on the sender's "
        "own host, without cookies, passes; its “do not track” goes along with every click."
    )


def _apple(found: Inspection) -> str:
    if not found.hosts:
        return _("There is nothing to load ahead of the reader.")
    return _(
        "Loads all pictures by a relay soon after arrival, read or not: the sender sees an open "
        "that says nothing about the reader."
    )


def _gmail(found: Inspection) -> str:
    if not found.hosts:
        return _("There is nothing to load.")
    return _(
        "Loads pictures by Google's proxy when the mail is opened: the sender learns when, not "
        "where or on what."
    )
