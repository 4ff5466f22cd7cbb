"""Slow down for a mailbox provider that asks for it, and become faster again bit by bit.

Additive increase, multiplicative decrease: a policy answer halves the rate, a minute's worth
of mails that were taken adds a twentieth of what it was.
"""

from __future__ import annotations

from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import answers
from campaigns.sending.querysets import throttling

# RFC 3463: X.7.X is about security and policy. Without an enhanced code nothing is certain.
POLICY = "4.7."
CODES = {421, 450, 451}


def is_slow_down(outcome: Outcome) -> bool:
    """Whether a mailbox provider says that it gets too much from us."""
    return (
        outcome.verdict is Verdict.DEFERRED
        and outcome.code in CODES
        and outcome.enhanced_code.startswith(POLICY)
        and not answers.is_greylisting(outcome)
    )


def forget() -> int:
    """Serve at full rate again who has not asked for less for a day; return how many."""
    return throttling.forget_easing()


def ease(
    sender_id: int, mailbox: str, *, per_minute: float, provider_id: int | None = None
) -> bool:
    """Halve the rate for this mailbox provider; it was `per_minute` if nothing limited it.

    It was asked for by whom the mails of this provider of ours come to: another one's are judged
    by themselves.
    """
    rate = max(2, round(per_minute))
    return throttling.ease(sender_id, mailbox, rate, provider_id=provider_id)
