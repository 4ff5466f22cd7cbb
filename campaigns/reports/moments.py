"""A moment of a contact's story, and what a reader may look for alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.composing.models import Campaign

MAILS, READING, LISTS, CHANGES = "mails", "reading", "lists", "changes"
FILTERS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("Everything")),
    (MAILS, _("Mails")),
    (READING, _("Opens and clicks")),
    (LISTS, _("Lists, tags, notes and consent")),
    (CHANGES, _("Changes and imports")),
)


@dataclass(frozen=True)
class Moment:
    """Something that happened, in words."""

    at: datetime
    icon: str
    text: str | Promise
    campaign: Campaign | None = None
    # A second line: a link's address, a reason, a place.
    detail: str = ""
    # One of the filters.
    group: str = MAILS
    # Of an open or a click: what it was taken for, and why.
    verdict: str | Promise = ""
    why: str = ""
