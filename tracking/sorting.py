"""Turn records of the spool into events: whose they are, and what they were.

What goes wrong with a record is counted and logged; it never stops the others.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from tracking import classify, company, deriving, facts, hits, signatures
from tracking.addresses import HONEYPOT
from tracking.bursts import Click, Recent
from tracking.classify import Beside, Judgement, Signals, Verdict
from tracking.models import Merged, Mode, Muted, TrackedCampaign
from tracking.reads import Read, Reads
from tracking.tokens import PERSONAL, Kind
from tracking.tokens import Mode as TokenMode

logger = logging.getLogger(__name__)


class Sorted(NamedTuple):
    """An event, as it will be kept."""

    workspace_id: int
    campaign_id: int
    delivery_id: int | None
    contact_id: int | None
    mode: str
    kind: str
    number: int | None
    at: datetime
    verdict: str
    reason: str
    country: str
    device: str
    os: str
    client: str
    language: str
    region: str
    city: str
    time_zone: str
    # The signals that the verdict rests on: see `classify.Signals`.
    family: str
    network: str
    flags: str
    age: int | None
    beside: str
    # Not kept with the event, but with what the person did.
    clicks_only: bool = False


def sort(found: Reads, recent: Recent) -> list[Sorted]:
    """Return the events that records of the spool stand for, in their order."""
    dropped = found.dropped.copy()
    deriving.refresh()
    everything = found.good
    reads = [read for read in everything if hits.HEAD not in read.hit.flags]
    campaigns = _campaigns(reads)
    contacts = {read.token.contact_id for read in reads} - {0}
    muted = Muted.objects.all().epochs(contacts)
    merged = Merged.objects.all().into(contacts)
    ages = facts.sent_times(sorted({r.token.delivery_id for r in reads if r.token.delivery_id}))
    beside = _beside(everything, reads, recent)
    events = []
    for position, read in enumerate(reads):
        token = read.token
        campaign = campaigns.get(token.campaign_id)
        if campaign is None:
            dropped["campaign is gone"] += 1
        elif campaign.stopped_at is not None:
            dropped["measuring was stopped"] += 1
        elif token.epoch < muted.get(token.contact_id, _NEVER)[read.hit.kind is Kind.CLICK]:
            dropped["withdrawn"] += 1
        else:
            sent_at = ages.get(token.delivery_id)
            signals = deriving.signals(read.hit, sent_at, beside.get(position, ""))
            person = merged.get(token.contact_id, token.contact_id)
            events.append(_event(read, signals, campaign.workspace_id, sent_at, person))
    for reason, count in dropped.items():
        logger.info("%s hits were not kept: %s", count, reason)
    return events


_NEVER = (0, 0)


def _campaigns(reads: Sequence[Read]) -> Mapping[int, TrackedCampaign]:
    return TrackedCampaign.objects.in_bulk({read.token.campaign_id for read in reads})


def _beside(
    everything: Sequence[Read], reads: Sequence[Read], recent: Recent
) -> Mapping[int, Beside]:
    """Return what gives machines away, by the positions in `reads` of what they did."""
    found = dict.fromkeys(_bursts(reads, recent), Beside.BURST)
    heads = [read.trace for read in everything if _announces_a_machine(read.hit)]
    if heads or recent.heads:
        traces = [read.trace for read in reads]
        found |= dict.fromkeys(recent.heads.followed(heads, traces), Beside.HEAD)
    for position, read in enumerate(reads):
        if read.hit.kind is Kind.CLICK and read.hit.number == HONEYPOT:
            found[position] = Beside.HONEYPOT
    # Most batches have nothing of the kind, and are not looked at any further.
    return company.accompany([read.trace for read in reads], found) if found else {}


def _announces_a_machine(hit: hits.Hit) -> bool:
    return hits.HEAD in hit.flags and not signatures.is_checker(hit.agent)


def _bursts(reads: Sequence[Read], recent: Recent) -> set[int]:
    """Return the positions of clicks that came with too many others of the same mail."""
    clicks = [(n, read) for n, read in enumerate(reads) if read.hit.kind is Kind.CLICK]
    seen = [
        Click((read.token.campaign_id, read.reader), read.hit.number, read.hit.at_ns)
        for _n, read in clicks
    ]
    return {clicks[position][0] for position in recent.bursts(seen)}


def _is_known(read: Read, sent_at: datetime | None) -> bool:
    """Whether this hit may be a person's: not when they signal, nor long after the mail.

    What is past its time is let go (see `retention`); a later hit would begin anew.
    """
    if read.token.mode not in PERSONAL or hits.SIGNAL in read.hit.flags:
        return False
    if sent_at is None:
        return True
    kept: int = settings.EVENT_RETENTION_DAYS * 86_400
    return read.hit.at_ns / 1e9 - sent_at.timestamp() < kept


def _event(
    read: Read, signals: Signals, workspace_id: int, sent_at: datetime | None, person: int
) -> Sorted:
    hit, token = read.hit, read.token
    known = _is_known(read, sent_at)
    # Of who is not to be told apart, the hour is enough.
    at = datetime.fromtimestamp(hit.at_ns / 1e9, UTC)
    if token.mode is TokenMode.SELF:
        judgement = _OWN
    else:
        judgement = classify.classify(signals, settings.HUMAN_DELAY_SECONDS)
    # Who asks not to be tracked is counted, and not looked at any closer.
    is_closed = hits.SIGNAL in hit.flags
    derived = (
        deriving.Derived()
        if is_closed
        else deriving.derive(hit, signals, judgement.verdict, person=known)
    )
    return Sorted(
        workspace_id,
        token.campaign_id,
        token.delivery_id if known else None,
        person if known else None,
        Mode.INDIVIDUAL if known else Mode.AGGREGATE,
        str(hit.kind),
        hit.number if hit.kind is Kind.CLICK else None,
        at if known else at.replace(minute=0, second=0, microsecond=0),
        judgement.verdict.value,
        judgement.reason,
        # In the order of the fields, of which the kind is above.
        *derived,
        *signals[1:],
        token.mode is TokenMode.CLICKS,
    )


_OWN = Judgement(Verdict.SELF, "test_mail")
