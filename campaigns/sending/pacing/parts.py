"""Try a part that is held again after some hours: a few first, then more, then all of it.

What a mailbox provider refuses as unwanted is mostly taken again when some hours were quiet, if
it comes little by little. Who is refused again waits longer; after some tries a person decides.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from campaigns.accounts import audit
from campaigns.composing.models import Campaign
from campaigns.sending import apart
from campaigns.sending.models import Alarm, Tally
from campaigns.sending.pacing.thresholds import Sample, is_too_much
from campaigns.sending.querysets import holding, signals, throttling
from campaigns.sending.querysets.signals import Signals

# So long all of it waits before each try; after the last a person decides.
WAITS = tuple(timedelta(hours=hours) for hours in (4, 8, 16, 24))
FIRST_FEW, FACTOR = 20, 4
# When so many went well, the rest follows at once.
CONVINCING = 5_000
# Between two steps of a try: providers' webhooks need some minutes.
STEP = timedelta(minutes=10)


def go_on() -> None:
    """Begin what is due, let more of it go where the last few were taken, stop what was not."""
    held = Alarm.objects.filter(
        lifted_at__isnull=True, campaign__status=Campaign.Status.SENDING, retry_at__isnull=False
    ).exclude(mailbox="")
    alarms = list(held.select_related("campaign__workspace").order_by("pk"))
    if not alarms:
        return
    heard = signals.read([alarm.campaign_id for alarm in alarms])
    due = set(held.filter(retry_at__lte=Now()).values_list("pk", flat=True))

    def step(alarm: Alarm) -> bool:
        found = heard.get(alarm.campaign_id, {}).get(alarm.mailbox)
        return _step(alarm, found, is_due=alarm.pk in due)

    apart.each("Trying a part again, of", alarms, step)


def let_stragglers_go() -> None:
    """Free what a worker held back that had begun before its part was let go.

    And what a crash between the two left behind. A part that nothing holds has no such rows.
    """
    open_ = Alarm.objects.filter(
        campaign=OuterRef("campaign"), mailbox=OuterRef("mailbox"), lifted_at__isnull=True
    )
    gone = Alarm.objects.filter(~Exists(open_), campaign__status=Campaign.Status.SENDING)
    pairs = gone.exclude(mailbox="").values_list("campaign", "mailbox").distinct()
    apart.each("Letting stragglers go, of", pairs, lambda pair: holding.let_go(*pair))


def wait(tries: int) -> Combinable | None:
    """Say to the database when to try after so many tries; None: not by itself any more."""
    return Now() + WAITS[tries] if tries < len(WAITS) else None


def _step(alarm: Alarm, found: Signals | None, *, is_due: bool) -> bool:
    if not alarm.released:
        return is_due and _begin(alarm)
    sample = Sample(alarm.released, max(1, alarm.released // 2))
    if found and is_too_much(Alarm.Cause.BLOCKS, found.blocked, found.handed, sample):
        return _hold_again(alarm, found)
    if not is_due:
        return False
    if found is None or found.handed < sample.least:
        return _wait_on(alarm)
    return _let_more_go(alarm)


@transaction.atomic
def _begin(alarm: Alarm) -> bool:
    """Let the first few go, and count anew."""
    if not _update(alarm, released=1, tries=alarm.tries + 1, retry_at=Now() + STEP):
        return False
    Tally.objects.filter(campaign=alarm.campaign_id, mailbox=alarm.mailbox).delete()
    _record(alarm, "mailbox_tried")
    gone = holding.let_some_go(alarm.campaign_id, alarm.mailbox, FIRST_FEW)
    Alarm.objects.filter(pk=alarm.pk).update(released=max(1, gone))
    return True


@transaction.atomic
def _let_more_go(alarm: Alarm) -> bool:
    if not _update(alarm, retry_at=Now() + STEP):
        return False
    mine, more = Alarm.objects.filter(pk=alarm.pk), 0
    if alarm.released < CONVINCING:
        most = alarm.released * (FACTOR - 1)
        more = holding.let_some_go(alarm.campaign_id, alarm.mailbox, most)
    if more:
        mine.update(released=alarm.released + more)
    else:
        # What is left, if anything, is free from now on: `let_stragglers_go`.
        mine.update(lifted_at=Now())
        _record(alarm, "mailbox_resumed")
    return True


def _wait_on(alarm: Alarm) -> bool:
    """The few did not go out yet: a limit holds them, or a worker that still held all of it."""
    waiting = throttling.count_waiting(alarm.campaign_id, alarm.mailbox)
    if waiting == holding.count_held(alarm.campaign_id, alarm.mailbox):
        holding.let_some_go(alarm.campaign_id, alarm.mailbox, alarm.released)
    return _update(alarm, retry_at=Now() + STEP)


def _hold_again(alarm: Alarm, found: Signals) -> bool:
    figures = {"counted": found.blocked, "handed": found.handed}
    if not _update(alarm, released=0, retry_at=wait(alarm.tries), **figures):
        return False
    holding.hold(alarm.campaign_id, alarm.mailbox)
    return True


def _update(alarm: Alarm, **facts: Any) -> bool:
    """Move on from exactly where we saw it, and say whether this call did: ticks may meet."""
    seen = Alarm.objects.filter(
        pk=alarm.pk, lifted_at__isnull=True, released=alarm.released, retry_at=alarm.retry_at
    )
    return seen.update(**facts) == 1


def _record(alarm: Alarm, action: str) -> None:
    facts = {"campaign": alarm.campaign_id, "mailbox": alarm.mailbox}
    audit.record(None, alarm.campaign.workspace, action, **facts)
