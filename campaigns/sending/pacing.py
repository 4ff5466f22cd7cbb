"""When to try again: one mail after a refusal, a whole provider after trouble."""

from __future__ import annotations

import random
from datetime import timedelta

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.sending.models import Cooldown
from campaigns.sending.outcomes import Outcome, TransportError, Verdict
from campaigns.sending.querysets import moves
from campaigns.sending.querysets.ledger import Claimed, Result

# Seconds to the next try after each refusal "for now"; a day in all. RFC 5321 4.5.4.1
# speaks of the last hop: we talk to a relay, whose answers change sooner.
BACK_OFF = (60, 300, 900, 3600, 14_400, 14_400, 14_400, 14_400, 14_400)
# After so many waits in a row a person should look: about two hours.
MAX_WAITS = 12
_LONGEST_WAIT = 900

_STATES = {
    Verdict.SENT: "sent",
    Verdict.REFUSED: "failed",
    Verdict.UNKNOWN: "unknown",
    Verdict.DEFERRED: "pending",
    Verdict.UNTRIED: "pending",
}


def result(row: Claimed, outcome: Outcome) -> Result:
    """Say where in the ledger a hand-over of `row` leads."""
    state, reason, delay = _STATES[outcome.verdict], outcome.text, 0.0
    if outcome.verdict is Verdict.DEFERRED:
        if row.attempt >= len(BACK_OFF):
            state = "failed"
            reason = _("given up after %(n)d tries: %(reason)s") % {
                "n": row.attempt + 1,
                "reason": reason,
            }
        else:
            delay = _with_jitter(BACK_OFF[row.attempt])
    return Result(
        row.id,
        state,
        code=outcome.code,
        enhanced_code=outcome.enhanced_code,
        reason=reason,
        message_id=outcome.message_id,
        delay=delay,
        untried=outcome.verdict is Verdict.UNTRIED,
    )


def cool_down(provider_id: int, trouble: TransportError) -> int:
    """Let all workers leave the provider alone for a while; return how often in a row."""
    waits = moves.cool_down(
        provider_id,
        reason=trouble.reason[:300],
        first=timedelta(seconds=trouble.retry_after or 15),
        longest=timedelta(seconds=max(trouble.retry_after, _LONGEST_WAIT)),
    )
    return waits


def warm_up(provider_id: int) -> None:
    """The provider takes mail again."""
    Cooldown.objects.filter(provider=provider_id).delete()


def is_cooling(provider_id: int) -> bool:
    """Whether the provider is to be left alone now."""
    return Cooldown.objects.filter(provider=provider_id, until__gt=Now()).exists()


def _with_jitter(seconds: float) -> float:
    # Not all that were refused together should come back together.
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - no secret hangs on it
