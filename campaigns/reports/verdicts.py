"""What a hit was, in plain words: the classes that tracking sorts opens and clicks into."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Verdict:
    """A class of hits, and how to explain it to somebody who has never heard of it."""

    name: str
    title: str | Promise
    text: str | Promise
    # How it is counted: "sure", "uncertain" or "machine".
    counts_as: str


VERDICTS = (
    Verdict(
        "human",
        _("A person"),
        _("Loaded or clicked in a mail program or browser that somebody sat in front of."),
        "sure",
    ),
    Verdict(
        "proxied",
        _("A person, through their mail service"),
        _(
            "Gmail, Yahoo and others load images for a reader at the moment the mail is opened. "
            "They hide the device and the place."
        ),
        "sure",
    ),
    Verdict(
        "uncertain",
        _("Perhaps a person"),
        _(
            "Apple Mail loads the images of every mail, opened or not; others come from a data "
            "centre, or lack what their browser sends. Some of these are people; nobody can tell "
            "which."
        ),
        "uncertain",
    ),
    Verdict(
        "prefetch",
        _("Loaded in advance"),
        _("Gmail sometimes fetches images before anybody looks. Not counted as opens."),
        "machine",
    ),
    Verdict(
        "scanner",
        _("Security scanner"),
        _(
            "Programs that protect mailboxes load images and follow every link, "
            "to look for danger. Not counted as opens or clicks."
        ),
        "machine",
    ),
    Verdict(
        "self",
        _("Your own tests"),
        _("Made by members of this workspace while trying the mail. Never counted."),
        "machine",
    ),
)
# The ways a hit may count.
KINDS = ("sure", "uncertain", "machine")
_BY_NAME = {verdict.name: verdict for verdict in VERDICTS}


def of(name: str) -> Verdict:
    """Return the verdict of that name; one we have no words for is called by its name."""
    return _BY_NAME.get(name) or Verdict(name, name, "", "machine")
