"""Ask again, at once, where the provider can tell a repeated mail from a new one.

A provider that takes an idempotency key mails once, however often it is asked under the
same key, which is made of the names of the deliveries in the call. So a lost answer need not
stay a doubt. The intent is the same one, and the row is `sending` all the while: the ledger
learns of the last answer only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from campaigns.sending.mailers import Mailer
from campaigns.sending.outcomes import Handover, Outcome, Outgoing, Verdict

# Seconds before each of the repetitions: what lost one answer often loses the next.
PAUSES = (0.5, 2.0)
TIMES = len(PAUSES)


def hand_over(mailer: Mailer, mails: Iterable[Outgoing], *, until: float) -> Handover:
    """Hand the mails over; those without an answer once more, while their keys live.

    `Mailer.idempotent` says for how many seconds the provider knows a key; half of that is
    used, as its clock is not ours.
    """
    lives = getattr(mailer, "idempotent", 0.0)
    if not lives:
        return mailer.hand_over(mails, until=until)
    mails = list(mails)
    ends_at = min(until, time.monotonic() + lives / 2)
    done = mailer.hand_over(mails, until=until)
    for pause in PAUSES:
        doubtful = [n for n, one in enumerate(done.outcomes) if one.verdict is Verdict.UNKNOWN]
        if not doubtful or done.trouble or time.monotonic() >= ends_at:
            break
        time.sleep(pause)
        repeated = mailer.hand_over([mails[n] for n in doubtful], until=ends_at)
        outcomes = list(done.outcomes)
        for n, outcome in zip(doubtful, repeated.outcomes, strict=True):
            outcomes[n] = _surer(outcomes[n], outcome)
        done = Handover(outcomes, clean=False, trouble=repeated.trouble)
    return done


def _surer(first: Outcome, second: Outcome) -> Outcome:
    """A yes is for both. A no may be about the repetition: the first may have been taken."""
    return second if second.verdict is Verdict.SENT else first
