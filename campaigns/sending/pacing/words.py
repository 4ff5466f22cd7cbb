"""Say in a marketer's words why something waits, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.sending.models import Alarm, Throttle
from campaigns.sending.pacing import domains
from campaigns.sending.querysets.throttling import Limit

Cause = Alarm.Cause

_WHY = {
    Cause.HARD_BOUNCES: gettext_lazy(
        "Stopped because %(counted)s of %(handed)s addresses do not exist (%(share)s). Mailbox"
        " providers take that for a bought or an old list."
    ),
    Cause.COMPLAINTS: gettext_lazy(
        "Stopped because %(counted)s of %(handed)s people reported the mail as spam (%(share)s)."
        " Above 0.3%% Gmail and Yahoo stop delivering."
    ),
    Cause.ERRORS: gettext_lazy(
        "Stopped because %(counted)s of %(handed)s mails failed or are not confirmed (%(share)s)."
    ),
    Cause.BLOCKS: gettext_lazy(
        "%(mailbox)s refused %(counted)s of %(handed)s mails as unwanted (%(share)s). Its part"
        " waits; the others go on."
    ),
}
_ADVICE = {
    Cause.HARD_BOUNCES: gettext_lazy(
        "Remove people who never opened, clicked or answered, and those whose addresses you did"
        " not get from themselves. The dead addresses are suppressed already."
    ),
    Cause.COMPLAINTS: gettext_lazy(
        "Mail only those who asked for this. Remove people who never opened or clicked, say at the"
        " top why they get it, and make it easy to leave."
    ),
    Cause.ERRORS: gettext_lazy(
        "Look at the reasons below, mend what they name (the content, the sender, the mail"
        " server), send yourself a test, and resume."
    ),
    Cause.BLOCKS: gettext_lazy(
        "Check SPF, DKIM and DMARC of the From domain and whether it is on a block list. Wait some"
        " hours, then let a part go again. Send to your most active readers first."
    ),
}
_PERIODS = {
    1: gettext_lazy("%(most)s a second"),
    60: gettext_lazy("%(most)s a minute"),
    3600: gettext_lazy("%(most)s an hour"),
    86_400: gettext_lazy("%(most)s a day"),
}
_BY = {
    Throttle.Kind.LIMIT: gettext_lazy("Limited to %(rate)s by you"),
    Throttle.Kind.RAMP: gettext_lazy("Warming up: %(rate)s for now"),
    Throttle.Kind.EASED: gettext_lazy("Slowed down to %(rate)s, because it was asked for"),
}


def why(alarm: Alarm) -> str:
    """Say what happened, with its figures."""
    return str(_WHY[Cause(alarm.cause)]) % {
        "counted": _number(alarm.counted),
        "handed": _number(alarm.handed),
        "share": _share(alarm.counted, alarm.handed),
        "mailbox": domains.name(alarm.mailbox),
    }


def advice(alarm: Alarm) -> str:
    """Say what to do about it."""
    return str(_ADVICE[Cause(alarm.cause)])


def rate(most: int, period: int) -> str:
    """Say a limit, such as “100 an hour”."""
    return str(_PERIODS[period]) % {"most": _number(most)}


def limited(limit: Limit) -> str:
    """Say that a limit holds mails back, and whose it is."""
    said = str(_BY[Throttle.Kind(limit.kind)]) % {"rate": rate(limit.most, limit.period)}
    if not limit.mailbox:
        return said
    return _("%(mailbox)s: %(said)s") % {"mailbox": domains.name(limit.mailbox), "said": said}


def _share(n: int, of: int) -> str:
    percent = 100 * n / max(of, 1)
    return f"{percent:.1f} %"


def _number(n: int) -> str:
    return f"{n:,}"
