"""The same answers, of all people at once: by the bits that are kept of them.

Each is the condition, or None where bits do not tell: of a few people, whose own rows are
looked up; of a campaign that is not over; and of mails that are about to be past their time.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Q
from django.utils import timezone

from campaigns.audience.segments.registry import Asking
from campaigns.sending.querysets import crowds, digests
from campaigns.sending.querysets import segments as questions
from campaigns.sending.querysets.digests import Span

# A clock may be wrong by so much, and a question may take so long.
MARGIN = timedelta(hours=1)
# What is long past keeps the day on which it was done, which begins before.
A_DAY = timedelta(days=1)
SAID = {
    "open": Q(measuring="granted"),
    "click": Q(measuring_clicks="granted") | Q(measuring_clicks="", measuring="granted"),
}


def did(who: Asking, kind: str, campaigns: Collection[int] | None) -> Q | None:
    """Whether they surely opened, or clicked, in any of the campaigns."""
    return None if who.few else crowds.doers(_done(kind), _these(who, campaigns))


def often(who: Asking, kind: str, campaigns: Collection[int], times: int) -> Q | None:
    """Whether they did so in at least so many of them."""
    return None if who.few else crowds.often(_done(kind), list(campaigns), times)


def since(who: Asking, kind: str, moment: datetime) -> Q | None:
    """Whether they did it for the first time in some campaign since then."""
    if who.few:
        return None
    these = questions.launched(who.workspace_id)
    # Before a mail is sent nobody does anything with it: of those all that was done is since.
    young = questions.launched(who.workspace_id, after=moment + A_DAY + MARGIN)
    recent = crowds.doers(_done(kind), young)
    late = crowds.first_since(kind, sorted({*these} - {*young}), moment)
    return None if recent is None or late is None else recent | late


def got(who: Asking, campaigns: Collection[int] | None) -> Q | None:
    """Whether they were sent any of the campaigns."""
    these = _these(who, campaigns)
    if who.few or len(digests.believed(these)) < len(these):
        return None
    return crowds.receivers(these)


def got_since(who: Asking, moment: datetime) -> Q | None:
    """Whether they were sent any campaign since then: a look at the mails of few of them."""
    if who.few:
        return None
    these = {*questions.launched(who.workspace_id)}
    told = {span.campaign_id for span in digests.believed(these)}
    young = told & {*questions.launched(who.workspace_id, after=moment + MARGIN)}
    over = told & {*questions.finished(who.workspace_id, before=moment - MARGIN)}
    recent = crowds.receivers(sorted(young))
    if recent is None or not (rest := sorted(these - young - over)):
        return recent
    return recent | Q(Exists(questions.sent(rest, done_at__gte=moment)))


def got_and_did_not(who: Asking, kind: str, campaigns: Collection[int] | None) -> Q | None:
    """Whether they were sent any of them, and certainly did it in none."""
    these = _these(who, campaigns)
    spans = [] if who.few else digests.believed(these)
    past = [_is_past(span) for span in spans]
    if who.few or len(spans) < len(these) or None in past:
        return None
    perhaps, hidden = f"perhaps_{_done(kind)}", f"hidden_{kind}s"
    mailed = crowds.without_deeds(perhaps, these)
    measured = crowds.without_deeds(perhaps, these, hidden)
    if mailed is None or measured is None:
        return None
    # Bits know nothing of what was taken back: who ever did that is asked mail by mail.
    dark = Exists(questions.in_the_dark(kind, campaigns))
    quiet = Q(consent_epoch=0) & measured | Q(consent_epoch__gt=0) & mailed & ~Q(dark)
    if not any(past):
        return quiet
    gone = [span.campaign_id for span, is_past in zip(spans, past, strict=True) if is_past]
    old = crowds.receivers(gone, "out")
    return None if old is None else quiet & (~old | SAID[kind])


def _is_past(span: Span) -> bool | None:
    """Whether the time of its mails is over, for which all is kept; None: of some of them."""
    kept = timezone.now() - timedelta(days=settings.EVENT_RETENTION_DAYS)
    if span.first_at is None or span.last_at is None or span.first_at > kept + MARGIN:
        return False
    return True if span.last_at < kept - MARGIN else None


def _done(kind: str) -> str:
    return f"{kind}ed"


def _these(who: Asking, campaigns: Collection[int] | None) -> list[int]:
    return questions.launched(who.workspace_id) if campaigns is None else list(campaigns)
