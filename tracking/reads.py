"""What records of the spool say: whose hits they are. Pure but for the key of tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tracking import hits, keys
from tracking.company import Trace
from tracking.tokens import Token, TokenError


@dataclass(slots=True)  # Freezing would double what it takes to make one.
class Read:
    """A hit, and what its token says."""

    hit: hits.Hit
    token: Token

    @property
    def reader(self) -> object:
        """Whoever or whatever it was, as far as the moment goes."""
        return self.token.delivery_id or (self.hit.ip, self.hit.agent)

    @property
    def trace(self) -> Trace:
        """Return it as a request among others."""
        hit, token = self.hit, self.token
        return Trace(
            campaign_id=token.campaign_id,
            delivery_id=token.delivery_id or None,
            kind=hit.kind,
            number=hit.number,
            at_ns=hit.at_ns,
            ip=hit.ip,
            agent=hit.agent,
        )


@dataclass(slots=True)
class Reads:
    """What a number of records say, in their order; and of how many nothing came, by reason."""

    records: int = 0
    good: list[Read] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, other: Reads) -> None:
        """Add what later records say."""
        self.records += other.records
        self.good += other.good
        self.dropped += other.dropped


def read(records: Iterable[bytes]) -> Reads:
    """Return what `records` say. One that is of no use never stops the others."""
    found = Reads()
    verify = keys.signer().read
    for record in records:
        found.records += 1
        try:
            hit = hits.unpack(record)
            found.good.append(Read(hit, verify(hit.kind, hit.token)))
        except hits.HitError:
            found.dropped["unreadable record"] += 1
        except TokenError:
            found.dropped["token of a retired key"] += 1
    return found
