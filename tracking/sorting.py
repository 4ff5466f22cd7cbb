"""Turn records of the spool into events: whose they are, and what they were.

What goes wrong with a record is counted and logged; it never stops the others.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from tracking import agents, classify, facts, hits, keys, places
from tracking.bursts import Click, Recent
from tracking.classify import Judgement, Traits, Verdict
from tracking.models import Mode, Muted, TrackedCampaign
from tracking.tokens import PERSONAL, Kind, Token, TokenError
from tracking.tokens import Mode as TokenMode

logger = logging.getLogger(__name__)

# What a person behind a proxy reads with; the proxy hides all else.
_PROXY_CLIENTS = {"gmail": "Gmail", "yahoo": "Yahoo Mail", "fastmail": "Fastmail"}


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
    # Not kept with the event, but with what the person did.
    clicks_only: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    hit: hits.Hit
    token: Token

    @property
    def reader(self) -> object:
        """Whoever or whatever it was, as far as the moment goes."""
        return self.token.delivery_id or (self.hit.ip, self.hit.agent)


def sort(records: Iterable[bytes], recent: Recent) -> list[Sorted]:
    """Return the events that spool records stand for, in their order."""
    dropped: Counter[str] = Counter()
    reads = list(_read(records, dropped))
    campaigns = _campaigns(reads)
    muted = _muted(reads)
    ages = facts.sent_times(sorted({r.token.delivery_id for r in reads if r.token.delivery_id}))
    bursts = _bursts(reads, recent)
    events = []
    for read in reads:
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
            judgement = _judge(read, sent_at, burst=id(read) in bursts)
            events.append(_event(read, judgement, campaign.workspace_id, sent_at))
    for reason, count in dropped.items():
        logger.info("%s hits were not kept: %s", count, reason)
    return events


def _read(records: Iterable[bytes], dropped: Counter[str]) -> Iterator[_Read]:
    signer = keys.signer()
    for record in records:
        try:
            hit = hits.unpack(record)
            yield _Read(hit, signer.read(hit.kind, hit.token))
        except hits.HitError:
            dropped["unreadable record"] += 1
        except TokenError:
            dropped["token of a retired key"] += 1


_NEVER = (0, 0)


def _campaigns(reads: Sequence[_Read]) -> Mapping[int, TrackedCampaign]:
    return TrackedCampaign.objects.in_bulk({read.token.campaign_id for read in reads})


def _muted(reads: Sequence[_Read]) -> Mapping[int, tuple[int, int]]:
    contacts = {read.token.contact_id for read in reads} - {0}
    return Muted.objects.all().epochs(contacts)


def _bursts(reads: Sequence[_Read], recent: Recent) -> set[int]:
    """Return the ids of clicks that came with too many others of the same mail."""
    clicks = [read for read in reads if read.hit.kind is Kind.CLICK]
    seen = [
        Click((read.token.campaign_id, read.reader), read.hit.number, read.hit.at_ns)
        for read in clicks
    ]
    return {id(clicks[position]) for position in recent.bursts(seen)}


def _judge(read: _Read, sent_at: datetime | None, *, burst: bool) -> Judgement:
    hit = read.hit
    traits = Traits(
        kind=hit.kind,
        agent=hit.agent,
        prefetch=hits.PREFETCH in hit.flags,
        fetch_metadata=hits.FETCH_METADATA in hit.flags,
        language=hits.LANGUAGE in hit.flags,
        age=hit.at_ns / 1e9 - sent_at.timestamp() if sent_at else None,
        burst=burst,
        secure=settings.TRACKING_URL.startswith("https:"),
    )
    return classify.classify(traits, human_delay=settings.HUMAN_DELAY_SECONDS)


def _is_known(read: _Read, sent_at: datetime | None) -> bool:
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
    read: _Read, judgement: Judgement, workspace_id: int, sent_at: datetime | None
) -> Sorted:
    hit, token = read.hit, read.token
    known = _is_known(read, sent_at)
    # Of who is not to be told apart, the hour is enough.
    at = datetime.fromtimestamp(hit.at_ns / 1e9, UTC)
    country, agent = "", agents.Agent()
    if hits.SIGNAL in hit.flags:
        pass  # Who asks not to be tracked is counted, and not looked at any closer.
    elif judgement.verdict is Verdict.HUMAN:
        country, agent = places.country(hit.ip), agents.parse(hit.agent)
    elif judgement.verdict is Verdict.PROXIED:
        agent = agents.Agent(client=_PROXY_CLIENTS.get(judgement.reason, ""))
    return Sorted(
        workspace_id=workspace_id,
        campaign_id=token.campaign_id,
        delivery_id=token.delivery_id if known else None,
        contact_id=token.contact_id if known else None,
        mode=Mode.INDIVIDUAL if known else Mode.AGGREGATE,
        kind=str(hit.kind),
        number=hit.number or None,
        at=at if known else at.replace(minute=0, second=0, microsecond=0),
        verdict=judgement.verdict.value,
        reason=judgement.reason,
        country=country,
        device=agent.device,
        os=agent.os,
        client=agent.client,
        clicks_only=token.mode is TokenMode.CLICKS,
    )
