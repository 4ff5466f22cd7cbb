"""Warm a new sender up: a day's cap that doubles while nothing is wrong.

Mailbox providers trust a sender that they saw behave. A day counts when at least half of its
cap was used, and no breaker tripped in it.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from campaigns.accounts import audit
from campaigns.accounts.models import Sender
from campaigns.composing.models import Campaign
from campaigns.sending import apart
from campaigns.sending.models import Ramp
from campaigns.sending.models.pace import nothing_spent
from campaigns.sending.querysets import ramping

STEPS = (50, 100, 200, 400, 800, 1_500, 3_000, 6_000, 12_000, 24_000, 48_000, 96_000)


def begin(sender: Sender) -> bool:
    """Begin with the smallest cap, and say whether this call began it."""
    return ramping.begin(sender.pk, most=STEPS[0], spent=nothing_spent())


def end(sender: Sender) -> bool:
    """Lift the cap for good, and say whether there was one."""
    return ramping.end(sender.pk)


def advance(*, but: Collection[int] = ()) -> int:
    """Raise the caps whose day went well, except of these campaigns’ senders; return how many."""
    due = dict(ramping.due())
    staying = Campaign.objects.filter(pk__in=but).values_list("sender", flat=True)
    rising = sorted(due.keys() - set(staying if due and but else ()))
    return apart.each("Raising the cap of sender", rising, lambda pk: _raise(pk, due[pk]))


def cap(ramp: Ramp) -> int:
    """Return how many a day go out on this step."""
    return STEPS[ramp.step]


def _raise(sender_id: int, step: int) -> bool:
    with transaction.atomic():
        sender = Sender.objects.select_related("workspace").get(pk=sender_id)
        if step + 1 < len(STEPS):
            done = ramping.step(sender_id, source=step, most=STEPS[step + 1])
        else:
            done = ramping.end(sender_id)
        if done:
            audit.record(None, sender.workspace, "ramp_raised", sender=sender_id, step=step + 1)
    return done
