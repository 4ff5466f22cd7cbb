"""When to try one mail again after a refusal, and when to give it up."""

from __future__ import annotations

import random

from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.results import Result

# Seconds to the next try after each refusal "for now"; the last comes again until the
# deadline. RFC 5321 4.5.4.1 speaks of the last hop: we talk to a relay, whose answers
# change sooner.
BACK_OFF: tuple[int, ...] = (60, 300, 900, 3600, 14_400)

_STATES = {
    Verdict.SENT: "sent",
    Verdict.REFUSED: "failed",
    Verdict.UNKNOWN: "unknown",
    Verdict.DEFERRED: "pending",
    Verdict.UNTRIED: "pending",
}


def result(row: Claimed, outcome: Outcome) -> Result:
    """Say where in the ledger a hand-over of `row` leads."""
    deferred = outcome.verdict is Verdict.DEFERRED
    delay = _with_jitter(BACK_OFF[min(row.attempt, len(BACK_OFF) - 1)]) if deferred else 0.0
    return Result(
        row.id,
        _STATES[outcome.verdict],
        code=outcome.code,
        enhanced_code=outcome.enhanced_code,
        reason=outcome.text,
        message_id=outcome.message_id,
        delay=delay,
        untried=outcome.verdict is Verdict.UNTRIED,
    )


def _with_jitter(seconds: float) -> float:
    # Not all that were refused together should come back together.
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311 - no secret hangs on it
