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
    Cause.PROVIDER: gettext_lazy("The mail server takes no mail: “%(words)s”."),
    Cause.REFUSALS: gettext_lazy(
        "One mail after the other was refused, so we stopped. The last answer: “%(words)s”."
    ),
    # Our own words: see `claiming`.
    Cause.DATABASE: gettext_lazy("%(words)s."),
}
# Over all campaigns of the sender.
_WHY_SENDER = {
    Cause.HARD_BOUNCES: gettext_lazy(
        "Stopped because %(counted)s of the %(handed)s addresses that %(sender)s mailed in the"
        " last 7 days do not exist (%(share)s), all its campaigns together. Mailbox providers take"
        " that for a bought or an old list."
    ),
    Cause.COMPLAINTS: gettext_lazy(
        "Stopped because %(counted)s of the %(handed)s mails that %(sender)s sent in the last 7"
        " days were reported as spam (%(share)s), all its campaigns together. Above 0.3%% Gmail"
        " and Yahoo stop delivering."
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
        "Check SPF, DKIM and DMARC of the From domain and whether it is on a block list. Some quiet"
        " hours often help: then a few of these mails are tried by themselves, and the rest"
        " follows little by little if they are taken."
    ),
    Cause.PROVIDER: gettext_lazy(
        "Look at the provider's account and settings: the password or key, the quota, the payment."
        " Test the connection under Settings, Providers, then resume."
    ),
    Cause.REFUSALS: gettext_lazy(
        "So many refusals in a row are mostly about you and not about them: the From address, the"
        " content, or the mail server's settings. Mend what the answer names, send yourself a"
        " test, then resume. Those who were refused can be tried again from the campaign's page."
    ),
    Cause.DATABASE: gettext_lazy(
        "Whoever runs this server has to mend it: make room on the database's disk, or turn the"
        " named setting on. Then resume."
    ),
}
_ADVICE_SENDER = {
    Cause.HARD_BOUNCES: gettext_lazy(
        "Find out where the dead addresses came from: look at the campaigns of the last days, and"
        " leave out the list or the import that brought them. Remove people who never opened,"
        " clicked or answered. The dead addresses are suppressed already."
    ),
    Cause.COMPLAINTS: gettext_lazy(
        "Mailbox providers judge your From domain by all its mails. Find out which of the last"
        " campaigns was reported and to whom it went, send less often and only to those who asked"
        " for it, and make it easy to leave. Some quiet days help."
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
    Throttle.Kind.NEW: gettext_lazy(
        "Whoever stands in is new to this sender: %(rate)s for now, and more from minute to minute"
    ),
}

_OF_PROVIDER = gettext_lazy("The provider's limit: %(rate)s, all senders together")


def why(alarm: Alarm) -> str:
    """Say what happened, with its figures."""
    said = _WHY if alarm.sender is None else _WHY_SENDER
    return str(said[Cause(alarm.cause)]) % {
        "sender": alarm.sender.name if alarm.sender else "",
        # The sentences round it end by themselves.
        "words": alarm.words.removesuffix("."),
        "counted": _number(alarm.counted),
        "handed": _number(alarm.handed),
        "share": _share(alarm.counted, alarm.handed),
        "mailbox": domains.name(alarm.mailbox),
    }


def advice(alarm: Alarm) -> str:
    """Say what to do about it."""
    said = _ADVICE if alarm.sender is None else _ADVICE_SENDER
    return str(said[Cause(alarm.cause)])


def rate(most: int, period: int) -> str:
    """Say a limit, such as “100 an hour”."""
    return str(_PERIODS[period]) % {"most": _number(most)}


def limited(limit: Limit) -> str:
    """Say that a limit holds mails back, and whose it is."""
    by = _OF_PROVIDER if limit.is_providers else _BY[Throttle.Kind(limit.kind)]
    said = str(by) % {"rate": rate(limit.most, limit.period)}
    if not limit.mailbox:
        return said
    return _("%(mailbox)s: %(said)s") % {"mailbox": domains.name(limit.mailbox), "said": said}


def _share(n: int, of: int) -> str:
    percent = 100 * n / max(of, 1)
    return f"{percent:.1f} %"


def _number(n: int) -> str:
    return f"{n:,}"
