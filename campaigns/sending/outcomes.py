"""What may become of a mail that is handed over, in the words all transports share.

The one question that matters is whether the answer was definite. Only a definite no may
be tried again; where we cannot know, we say so.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from campaigns.composing.compiling import Parts

# Amazon's 454: the account is over its rate, and this mail was dropped. Wait, it says, up to ten
# minutes; so it is tried soon, and the wait grows.
_TOO_FAST = re.compile(r"throttling failure|maximum sending rate exceeded", re.IGNORECASE)
_TOO_FAST_SECONDS = 10
_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")


class Verdict(enum.Enum):
    """How a hand-over ended."""

    SENT = enum.auto()
    # A definite no, for now: try again later.
    DEFERRED = enum.auto()
    # A definite no, for good.
    REFUSED = enum.auto()
    # Nothing was tried: the connection or the provider failed before this mail's turn.
    UNTRIED = enum.auto()
    # It may have been taken.
    UNKNOWN = enum.auto()


class Outcome(NamedTuple):
    """The verdict, and the provider's own words. A tuple, as one is made for every mail."""

    verdict: Verdict
    code: int | None = None
    enhanced_code: str = ""
    text: str = ""
    message_id: str = ""


class Outgoing(NamedTuple):
    """One mail to one address. `content` is for SMTP, `parts` for providers by API."""

    delivery_id: int
    uuid_hex: str
    envelope_from: str
    address: str
    mail: bytes | Parts


class TransportError(Exception):
    """The provider as a whole takes nothing now; no mail of the rest was tried.

    `lasting` means that waiting will not help: a wrong password, a refused sender.
    `retry_after` is what the provider asked for, in seconds.
    """

    def __init__(self, reason: str, *, lasting: bool = False, retry_after: float = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasting = lasting
        self.retry_after = retry_after


# Each is looked up for every mail, and an enum is slow to ask.
_REFUSED = Verdict.REFUSED
_VERDICTS = {2: Verdict.SENT, 4: Verdict.DEFERRED}
UNTRIED = Outcome(Verdict.UNTRIED)


@dataclass(frozen=True, slots=True)
class Handover:
    """What became of a window: one outcome per mail, and what ailed the provider."""

    outcomes: list[Outcome]
    # Nothing went wrong with the connection: the next window may be larger.
    clean: bool = True
    trouble: TransportError | None = None


def of_reply(code: int, text: str) -> Outcome:
    """Read an SMTP reply to one mail. Raises `TransportError` where it is about every mail."""
    if 400 <= code < 500 and _TOO_FAST.search(text):
        raise TransportError(f"{code} {text}", retry_after=_TOO_FAST_SECONDS)
    match = _ENHANCED.match(text)
    enhanced = match[1] if match else ""
    return Outcome(
        _VERDICTS.get(code // 100, _REFUSED), code, enhanced, text[match.end() if match else 0 :]
    )
