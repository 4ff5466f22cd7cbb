"""What a mail says of itself: what is recorded about its reader, why, how to stop it.

Said twice: in a line that people read, and in a header that programs can.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.accounts.models import Workspace
from campaigns.audience import recipient_links
from campaigns.audience.models import Tracking
from campaigns.composing.models import Revision

NONE, AGGREGATE, INDIVIDUAL = Tracking.NONE, Tracking.AGGREGATE, Tracking.INDIVIDUAL


@dataclass(frozen=True)
class Recorded:
    """What a mail records: of opens, of clicks, and whether only of people who agreed."""

    opens: str
    clicks: str
    agreed: bool
    days: int

    @classmethod
    def of(cls, revision: Revision, mode: str, click_mode: str = "") -> Recorded:
        """Return what a mail of `revision` in these modes records."""
        return cls(
            opens=mode,
            clicks=click_mode or mode,
            agreed=revision.workspace.policy != Workspace.Policy.OPT_OUT,
            days=settings.EVENT_RETENTION_DAYS,
        )

    @property
    def is_personal(self) -> bool:
        """Whether anything says something about one reader."""
        return INDIVIDUAL in (self.opens, self.clicks)


def header(recorded: Recorded, token: str) -> str:
    """Return the value of `X-Tracking`, with the address where the reader stops it."""
    facts = [f"opens={recorded.opens}", f"clicks={recorded.clicks}"]
    if recorded.is_personal:
        facts += [f"why={'consent' if recorded.agreed else 'opt-out'}", f"days={recorded.days}"]
    facts.append(f"stop=<{recipient_links.preferences_url(token)}>")
    return "; ".join(facts)


def line(recorded: Recorded) -> str:
    """Say in one line what a mail records about its reader, why, and how they stop it."""
    if recorded.opens == recorded.clicks:
        what = _alike(recorded.opens)
    else:
        what = f"{_of_opens(recorded.opens)} {_of_clicks(recorded.clicks)}"
    if recorded.is_personal:
        return f"{what} {_why(recorded)}"
    if AGGREGATE in (recorded.opens, recorded.clicks):
        return f"{what} {_('You can stop that too, under Preferences.')}"
    return what


def _alike(mode: str) -> str:
    return {
        NONE: _("Nothing is recorded when you open this mail or click in it."),
        AGGREGATE: _(
            "We count how often this mail is opened and clicked, without telling readers apart."
        ),
        INDIVIDUAL: _("We record when you open this mail and which links you click."),
    }[Tracking(mode)]


def _of_opens(mode: str) -> str:
    return {
        NONE: _("Nothing is recorded when you open this mail."),
        AGGREGATE: _("We count how often this mail is opened, without telling readers apart."),
        INDIVIDUAL: _("We record when you open this mail."),
    }[Tracking(mode)]


def _of_clicks(mode: str) -> str:
    return {
        NONE: _("Nothing is recorded when you click in it."),
        AGGREGATE: _("We count how often its links are clicked, without telling readers apart."),
        INDIVIDUAL: _("We record which links you click."),
    }[Tracking(mode)]


def _why(recorded: Recorded) -> str:
    if recorded.agreed:
        sentence = ngettext(
            "You agreed to that; it is kept for %(days)d day, and you can stop it at any time "
            "under Preferences.",
            "You agreed to that; it is kept for %(days)d days, and you can stop it at any time "
            "under Preferences.",
            recorded.days,
        )
    else:
        sentence = ngettext(
            "It is kept for %(days)d day; if you object, stop it under Preferences.",
            "It is kept for %(days)d days; if you object, stop it under Preferences.",
            recorded.days,
        )
    return sentence % {"days": recorded.days}
