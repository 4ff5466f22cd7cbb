"""Sort what mail servers answered: dead addresses, refusals of us, other errors.

RFC 3463: X.1.X is about the address, X.7.X about security and policy.
"""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import domains
from campaigns.sending.querysets import signals
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.signals import Answers

DEAD, BLOCKED = "5.1.", ("4.7.", "5.7.")


def add_up(campaign_id: int, heard: Iterable[tuple[Claimed, Outcome]], *, age: float) -> None:
    """Add a claim's answers to the campaign's tally; the first is `age` seconds old at most.

    What a server refused for now counts only where it refused us: a full mailbox is nobody's
    fault, and its mail is counted when it is decided.
    """
    found: dict[str, Answers] = {}
    for row, outcome in heard:
        if outcome.verdict is Verdict.UNTRIED:
            continue
        blocked = is_block(outcome)
        if outcome.verdict is Verdict.DEFERRED and not blocked:
            continue
        one = found.setdefault(domains.mailbox_of(row.address), Answers())
        one.handed += 1
        if outcome.verdict is Verdict.SENT:
            continue
        dead = outcome.enhanced_code.startswith(DEAD)
        one.blocked += blocked
        one.dead += dead
        one.errors += not blocked and not dead
    if found:
        signals.add(campaign_id, found, age=age + 1)


def is_block(outcome: Outcome) -> bool:
    """Whether the mail was refused for what we are or send, and not for where it goes."""
    refused = outcome.verdict in (Verdict.DEFERRED, Verdict.REFUSED)
    return refused and outcome.enhanced_code.startswith(BLOCKED)
