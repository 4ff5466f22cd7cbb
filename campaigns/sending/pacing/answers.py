"""Sort what mail servers answered: dead addresses, refusals of us, other errors.

RFC 3463: X.1.X is about the address, X.7.X about security and policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from campaigns.sending import severities
from campaigns.sending.outcomes import Outcome, Verdict
from campaigns.sending.pacing import domains
from campaigns.sending.querysets import signals
from campaigns.sending.querysets.ledger import Claimed
from campaigns.sending.querysets.signals import Answers

DEAD, BLOCKED = "5.1.", ("4.7.", "5.7.")
# Servers that give no code, or one that says nothing, say it in words.
_SAYS_NOTHING = re.compile(r"(?:[45]\.[0-5]\.0)?")
_UNWANTED = re.compile(
    r"spam|black.?list|block.?list|\bblocked\b|reputation|unsolicited|\bpolicy\b|\bdnsbl\b|\brbl\b",
    re.IGNORECASE,
)
_CODES = {421, 450, 451, 550, 552, 553, 554}


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
    if outcome.verdict not in (Verdict.DEFERRED, Verdict.REFUSED) or is_greylisting(outcome):
        return False
    if _SAYS_NOTHING.fullmatch(outcome.enhanced_code):
        return outcome.code in _CODES and _UNWANTED.search(outcome.text) is not None
    return outcome.enhanced_code.startswith(BLOCKED)


def is_greylisting(outcome: Outcome) -> bool:
    """Whether the server only wants to see whether we come back."""
    return outcome.verdict is Verdict.DEFERRED and severities.is_greylisting(outcome.text)
