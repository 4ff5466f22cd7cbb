"""What is kept of a hit instead of its address and its user agent."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple

from django.conf import settings

from tracking import agents, hits, networks, places, signatures
from tracking.classify import LONGEST_AGE, Signals, Verdict
from tracking.hits import Hit
from tracking.places import Place
from tracking.tokens import Kind

logger = logging.getLogger(__name__)

# Flags that stay with the hit; what the others say is kept in other ways.
_KEPT = frozenset(
    (
        *(hits.PREFETCH, hits.FETCH_METADATA, hits.LANGUAGE),
        *(hits.NAVIGATION, hits.NO_NAVIGATION),
    )
)
_NOTHING = agents.Agent()
_NOWHERE = Place()


class Derived(NamedTuple):
    """Where and with what; the names of the event's columns."""

    country: str = ""
    device: str = ""
    os: str = ""
    client: str = ""
    language: str = ""
    region: str = ""
    city: str = ""
    time_zone: str = ""


def signals(hit: Hit, sent_at: datetime | None, beside: str) -> Signals:
    """Return what a verdict on a hit rests on, when its mail was handed over at `sent_at`."""
    return Signals(
        kind=str(hit.kind),
        family=signatures.recognise(hit.agent),
        network=_network(hit.ip),
        flags=_kept_flags(hit.flags, secure=settings.TRACKING_URL.startswith("https:")),
        age=_age(hit.at_ns, sent_at),
        beside=beside,
    )


def derive(hit: Hit, found: Signals, verdict: Verdict, *, person: bool) -> Derived:
    """Return where a hit came from and with what; finely only where a `person` is known.

    A proxy hides both, Apple's relay the place; machines have none worth keeping.
    """
    if verdict is Verdict.SELF:
        return Derived()
    agent = _agent(hit.agent, found.family)
    place = _NOWHERE
    if verdict is Verdict.HUMAN and found.network != networks.RELAY:
        place = places.place(hit.ip)
    seen = verdict in (Verdict.HUMAN, Verdict.UNCERTAIN)
    return Derived(
        country=place.country,
        device=agent.device,
        os=agent.os,
        client=agent.client,
        language=hit.language if seen else "",
        region=place.region if person else "",
        city=place.city if person else "",
        time_zone=place.time_zone if person and hit.kind is Kind.CLICK else "",
    )


def refresh() -> None:
    """Read the lists of networks again if the operator changed theirs; asked once a batch."""
    changed = _operators()
    if changed != _read_state[0]:
        _read_state[0] = changed
        _networks.cache_clear()
        _network.cache_clear()


_Changed = tuple[tuple[str, int], ...]
_read_state: list[_Changed] = [()]


def _operators() -> _Changed:
    folder = settings.NETWORKS_DIR
    try:
        return tuple(
            sorted(
                (path.name, path.stat().st_mtime_ns)
                for path in folder.iterdir()
                if path.suffix == networks.SUFFIX
            )
        )
    except FileNotFoundError:
        return ()


@cache
def _networks() -> networks.Networks:
    try:
        return networks.Networks(networks.read_all(networks.SHIPPED, settings.NETWORKS_DIR))
    except (OSError, UnicodeDecodeError, networks.NetworksError):
        # No hit waits for a file that somebody damaged.
        logger.exception("A list in var/networks is of no use; those that ship serve")
        return networks.Networks(networks.read_all(networks.SHIPPED))


@lru_cache(maxsize=16_384)
def _network(ip: str) -> str:
    return _networks().of(ip)


@lru_cache(maxsize=1024)
def _kept_flags(flags: str, *, secure: bool) -> str:
    kept = "".join(flag for flag in flags if flag in _KEPT)
    return kept + hits.SECURE if secure else kept


def _age(at_ns: int, sent_at: datetime | None) -> int | None:
    if sent_at is None:
        return None
    # In whole nanoseconds: seconds since 1970 leave a float too few digits for its tenths.
    tenths = int((at_ns - round(sent_at.timestamp() * 1_000_000) * 1000) / 1e8)
    return max(-LONGEST_AGE, min(tenths, LONGEST_AGE))


def _agent(text: str, family: str) -> agents.Agent:
    if signature := signatures.named(family):
        return _proxied(signature.client) if signature.client else _NOTHING
    if family in _TELLING_FAMILIES:
        return agents.parse(text)
    return _NOTHING


_TELLING_FAMILIES = frozenset(
    (
        *(signatures.BROWSER, signatures.OLD_BROWSER, signatures.APP),
        *(signatures.APPLE_MAIL, signatures.OTHER),
    )
)


@lru_cache(maxsize=256)
def _proxied(client: str) -> agents.Agent:
    return agents.Agent(client=client)
