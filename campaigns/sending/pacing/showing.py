"""What the pages say of a campaign's and a sender's pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from campaigns.accounts.models import Provider, Sender
from campaigns.composing.models import Campaign
from campaigns.sending import standing_in
from campaigns.sending.models import Alarm, Canary, Delivery, Lease, Ramp, Throttle
from campaigns.sending.pacing import alarms, domains, ramps, words
from campaigns.sending.pacing.gates import PATIENCE
from campaigns.sending.querysets import holding, throttling, weeks
from campaigns.sending.querysets.throttling import Limit

Status = Campaign.Status


@dataclass(frozen=True)
class Said:
    """An alarm in words."""

    alarm: Alarm
    why: str
    advice: str
    mailbox: str
    # How many wait because of it.
    held: int = 0
    # A breaker tripped, and counts anew when it goes on.
    is_measured: bool = True


@dataclass(frozen=True)
class Waiting:
    """A limit that lets nothing through now, in words, and when it does again."""

    words: str
    until: datetime
    # Mails a second, where that does not change by itself.
    rate: float | None = None

    def seconds_for(self, mails: int) -> int | None:
        """Return how long so many mails take, if that can be said."""
        return round(mails / self.rate) if self.rate else None


@dataclass(frozen=True)
class Pace:
    """What holds a campaign, or parts of it."""

    alarm: Said | None = None
    parts: Sequence[Said] = ()
    canary: Canary | None = None
    # Of all its mails; and of some mailbox providers'.
    limit: Waiting | None = None
    part_limits: Sequence[Waiting] = ()
    # Nothing of the others is left to go.
    only_parts_are_left: bool = False
    ramp: str = ""

    @property
    def held(self) -> int:
        """How many wait for their mailbox provider."""
        return sum(part.held for part in self.parts)


@dataclass(frozen=True)
class Line:
    """A limit of a sender, as its page lists it."""

    words: str
    used: int
    most: int
    # When more comes back, if it is used up.
    until: datetime | None


@dataclass(frozen=True)
class SenderPace:
    """The limits of a sender and its warm-up."""

    lines: list[Line] = field(default_factory=list)
    ramp: Ramp | None = None
    cap: int = 0
    next_cap: int | None = None
    week: weeks.Week = weeks.NONE


def of_campaign(campaign: Campaign, taker: Provider | None) -> Pace:
    """Return what holds a campaign that is on its way, its mails being taken by `taker`."""
    if campaign.status not in (Status.SENDING, Status.PAUSED):
        return Pace()
    said = [_said(alarm) for alarm in _alarms(campaign)]
    canary = Canary.objects.filter(campaign=campaign, ended_at__isnull=True).first()
    limits: list[Limit] = []
    if taker is not None and campaign.sender_id is not None:
        limits = throttling.look(campaign.sender_id, provider_id=taker.pk)
    shut = [limit for limit in limits if not limit.room and limit.seconds > PATIENCE]
    whole = [limit for limit in shut if not limit.mailbox]
    last = max(whole, key=lambda limit: limit.free_at, default=None)
    parts = [one for one in said if one.alarm.mailbox]
    part_limits = [_waiting(limit) for limit in shut if limit.mailbox]
    ramp = [limit for limit in limits if limit.kind == Throttle.Kind.RAMP]
    return Pace(
        alarm=next((one for one in said if not one.alarm.mailbox), None),
        parts=parts,
        canary=canary,
        limit=_waiting(last) if last else None,
        part_limits=part_limits,
        only_parts_are_left=bool(parts or part_limits) and not _goes_on(campaign),
        ramp=words.rate(ramp[0].most, ramp[0].period) if ramp else "",
    )


def of_sender(sender: Sender) -> SenderPace:
    """Return the limits of a sender as they are now."""
    taker = standing_in.choose(sender) or sender.provider
    limits = throttling.look(sender.pk, provider_id=taker.pk)
    ramp = Ramp.objects.filter(sender=sender).first()
    following = ramp.step + 1 if ramp else len(ramps.STEPS)
    return SenderPace(
        lines=[_line(limit) for limit in limits],
        ramp=ramp,
        cap=ramps.cap(ramp) if ramp else 0,
        next_cap=ramps.STEPS[following] if following < len(ramps.STEPS) else None,
        week=weeks.of(sender.pk),
    )


def of_provider(provider: Provider) -> list[Line]:
    """Return the limits of all that a provider takes as they are now."""
    return [_line(limit) for limit in throttling.look(None, provider_id=provider.pk)]


def first_few(people: int) -> int:
    """Return how many of an audience get it first, or 0 where all get it at once."""
    over: int = settings.CANARY_OVER
    return settings.CANARY_SIZE if over and people > over else 0


def _goes_on(campaign: Campaign) -> bool:
    """Whether anything may be claimed now, or is held by a worker."""
    deliveries = Delivery.objects.filter(campaign=campaign)
    return deliveries.claimable().exists() or Lease.objects.filter(campaign=campaign).exists()


def _alarms(campaign: Campaign) -> list[Alarm]:
    found = Alarm.objects.filter(campaign=campaign, lifted_at__isnull=True)
    found = found.select_related("sender")
    return list(found.order_by("raised_at"))


def _said(alarm: Alarm) -> Said:
    held = holding.count_held(alarm.campaign_id, alarm.mailbox) if alarm.mailbox else 0
    name = domains.name(alarm.mailbox)
    measured = alarm.cause in alarms.MEASURED
    return Said(alarm, words.why(alarm), words.advice(alarm), name, held, measured)


def _waiting(limit: Limit) -> Waiting:
    rate = limit.most / limit.period if limit.kind == Throttle.Kind.LIMIT else None
    return Waiting(words.limited(limit), limit.free_at, rate)


def _line(limit: Limit) -> Line:
    until = limit.free_at if not limit.room else None
    return Line(words.limited(limit), limit.most - limit.room, limit.most, until)
