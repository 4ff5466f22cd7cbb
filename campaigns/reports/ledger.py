"""What became of a campaign's deliveries, in counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings

from campaigns.sending import reckoning
from campaigns.sending.models import Delivery
from campaigns.sending.querysets.reckonings import Answer, Return
from campaigns.sending.reckoning import Reckoned

State, Mode = Delivery.State, Delivery.Mode
REMAINING = (State.PENDING, State.CLAIMED, State.SENDING)


@dataclass(frozen=True)
class Ledger:
    """Deliveries of a campaign, counted by what became of them."""

    reckoned: Reckoned
    states: Mapping[str, int] = field(default_factory=dict)
    # Sent and not bounced, by what may be recorded of the person.
    delivered_by_mode: Mapping[str, int] = field(default_factory=dict)
    bounced: int = 0
    soft_bounced: int = 0
    complained: int = 0
    # Sent, and the provider told that the recipient's server took it.
    confirmed: int = 0
    # Delivered to people whose clicks may be measured one by one; `measured` is about opens.
    clicks_measured: int = 0

    @property
    def counted_at(self) -> datetime | None:
        """When this was counted, where that was some time ago and more may have come since."""
        if self.reckoned.is_final or self.reckoned.is_fresh:
            return None
        return self.reckoned.at

    @cached_property
    def answers(self) -> Sequence[Answer]:
        """Why mails did not go out, the commonest first."""
        return self.reckoned.said()[0]

    @cached_property
    def returns(self) -> Sequence[Return]:
        """What receiving servers said of mails they returned, the commonest first."""
        return self.reckoned.said()[1]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def sent(self) -> int:
        return self.states.get(State.SENT, 0)

    @property
    def failed(self) -> int:
        """Refused for good, or for now until we gave up."""
        return self.states.get(State.FAILED, 0) + self.states.get(State.EXPIRED, 0)

    @property
    def unknown(self) -> int:
        return self.states.get(State.UNKNOWN, 0)

    @property
    def suppressed(self) -> int:
        return self.states.get(State.SUPPRESSED, 0)

    @property
    def cancelled(self) -> int:
        return self.states.get(State.CANCELLED, 0)

    @property
    def remaining(self) -> int:
        return sum(self.states.get(state, 0) for state in REMAINING)

    @property
    def delivered(self) -> int:
        """Sent, and not returned."""
        return self.sent - self.bounced

    @property
    def measured(self) -> int:
        """Delivered to people who may be measured one by one."""
        return self.delivered_by_mode.get(Mode.INDIVIDUAL, 0)

    @property
    def counted(self) -> int:
        """Delivered to people of whom only totals are kept."""
        return self.delivered_by_mode.get(Mode.AGGREGATE, 0)

    @property
    def hides_totals(self) -> bool:
        """Whether so few are only counted that their totals would be about each of them."""
        return self.counted < int(settings.AGGREGATE_MINIMUM)

    @property
    def unrecorded(self) -> int:
        """Delivered to people of whom nothing is recorded."""
        return self.delivered_by_mode.get(Mode.NONE, 0)


def of(campaign_id: int) -> Ledger:
    """Return the ledger of one campaign; empty when nothing was launched."""
    return of_many([campaign_id])[campaign_id]


def of_many(campaign_ids: Collection[int]) -> dict[int, Ledger]:
    """Return the ledgers of campaigns by id: remembered where that holds, else counted."""
    return {pk: _ledger(one) for pk, one in reckoning.of_many(campaign_ids).items()}


def _ledger(reckoned: Reckoned) -> Ledger:
    states, modes, facts = Counter[str](), Counter[str](), Counter[str]()
    for row in reckoned.rows:
        states[row.state] += row.deliveries
        facts["complained"] += row.complained
        facts["soft_bounced"] += row.soft_bounced
        if row.state == State.SENT:
            modes[row.mode] += row.deliveries - row.bounced
            facts["bounced"] += row.bounced
            facts["confirmed"] += row.confirmed
            facts["clicks_measured"] += row.clicks_measured
    return Ledger(
        reckoned=reckoned,
        states=states,
        delivered_by_mode=modes,
        bounced=facts["bounced"],
        soft_bounced=facts["soft_bounced"],
        complained=facts["complained"],
        confirmed=facts["confirmed"],
        clicks_measured=facts["clicks_measured"],
    )
