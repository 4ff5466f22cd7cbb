"""Warm a new sender up: a day's cap that doubles while nothing is wrong.

Mailbox providers trust a sender that they saw behave. A day counts when at least half of its
cap was used, and no breaker tripped in it.
"""

from __future__ import annotations

from django.db import transaction

from campaigns.accounts import audit
from campaigns.accounts.models import Sender
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


def advance() -> int:
    """Raise the caps whose day went well, and return how many."""
    return sum(_raise(sender_id, step) for sender_id, step in ramping.due())


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
