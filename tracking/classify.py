"""What a hit was: a person, a person behind a proxy, perhaps a person, or a machine. Pure.

Every hit is kept with its verdict, the reason and the version of these rules; nothing is
dropped. A verdict rests on signals that are kept as well, so that it can be given again by
newer rules when the address and the user agent are long gone: see `judging_again.py`.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tracking import hits, networks, signatures
from tracking.tokens import Kind

# Raised whenever a rule changes; rows keep the version they were judged by.
RULES = 3

# Tenths of a second, and no more than a minute of them: nothing later tells men from machines.
LONGEST_AGE = 600


class Verdict(StrEnum):
    """Who or what a hit was. Sure people first, machines last."""

    HUMAN = "human"
    PROXIED = "proxied"
    UNCERTAIN = "uncertain"
    PREFETCH = "prefetch"
    SCANNER = "scanner"
    SELF = "self"  # A test mail's: kept, and in no count.


SURE = frozenset({Verdict.HUMAN, Verdict.PROXIED})
MACHINE = frozenset({Verdict.PREFETCH, Verdict.SCANNER})


class Beside(StrEnum):
    """What was seen of the same reader in the same moment, and gives a machine away."""

    BURST = "burst"  # One of many links of one mail at once.
    HONEYPOT = "honeypot"  # The link that nobody can see.
    HEAD = "head_first"  # The same address was asked for its headers before.
    WITH_BURST = "with_burst"  # Came shortly before or after such a one.
    WITH_HONEYPOT = "with_honeypot"
    WITH_HEAD = "with_head_first"


# What gives others away that came with it, and what is then said of them.
TELLING = {
    Beside.BURST: Beside.WITH_BURST,
    Beside.HONEYPOT: Beside.WITH_HONEYPOT,
    Beside.HEAD: Beside.WITH_HEAD,
}


class Signals(NamedTuple):
    """All that a verdict rests on, and all that is kept of it; neither address nor place."""

    kind: str
    # See `signatures.recognise` and `networks.Networks.of`.
    family: str
    network: str = networks.ELSEWHERE
    # Letters: see `hits.py`.
    flags: str = ""
    # Tenths of a second since the mail was handed over, up to LONGEST_AGE; None: not known.
    age: int | None = None
    beside: str = ""


class Judgement(NamedTuple):
    verdict: Verdict
    reason: str


@lru_cache(maxsize=16_384)
def classify(signals: Signals, human_delay: float) -> Judgement:
    """Judge a hit. `human_delay` is how many seconds a person needs to open a mail."""
    if hits.PREFETCH in signals.flags:
        return Judgement(Verdict.PREFETCH, "prefetch_header")
    return _judge_family(signals) or _judge_behaviour(signals, human_delay)


def _judge_family(signals: Signals) -> Judgement | None:
    """Judge by the user agent; None when it may be a person's."""
    opened = signals.kind == Kind.OPEN
    if signature := signatures.named(signals.family):
        if signature.stands_for == signatures.PREFETCH:
            return Judgement(Verdict.PREFETCH, signature.name)
        if signature.stands_for == signatures.PROXY and opened:
            return Judgement(Verdict.PROXIED, signature.name)
        if signature.stands_for == signatures.PROXY:
            # Image proxies follow no links; whoever says so is something else.
            return Judgement(Verdict.SCANNER, "proxy_click")
        return Judgement(Verdict.SCANNER, signature.name)
    match signals.family:
        case signatures.NONE:
            return Judgement(Verdict.SCANNER, "no_agent")
        case signatures.CRAWLER:
            return Judgement(Verdict.SCANNER, "known_crawler")
        case signatures.BARE if opened and signals.network != networks.DATA_CENTRE:
            # Apple Mail Privacy Protection loads all images by itself, read or not. Its
            # ranges change faster than our copy of them, so they decide nothing here.
            return Judgement(Verdict.UNCERTAIN, "apple_mpp")
        case signatures.BARE:
            return Judgement(Verdict.SCANNER, "bare_agent")
    return None


def _judge_behaviour(signals: Signals, human_delay: float) -> Judgement:
    if signals.beside:
        return Judgement(Verdict.SCANNER, signals.beside)
    if signals.age is not None and signals.age < human_delay * 10:
        return Judgement(Verdict.SCANNER, "too_soon")
    return _judge_open(signals) if signals.kind == Kind.OPEN else _judge_click(signals)


def _judge_open(signals: Signals) -> Judgement:
    if hits.NAVIGATION in signals.flags:
        # People see the pixel within a mail; only programs go to it as to a page.
        return Judgement(Verdict.SCANNER, "pixel_as_page")
    if signals.network == networks.DATA_CENTRE:
        return Judgement(Verdict.UNCERTAIN, "data_centre")
    if _lacks_metadata(signals):
        return Judgement(Verdict.UNCERTAIN, "no_fetch_metadata")
    if signals.network == networks.RELAY and signals.family == signatures.APPLE_MAIL:
        return Judgement(Verdict.UNCERTAIN, "apple_relay")
    return Judgement(Verdict.HUMAN, "mail_program")


def _judge_click(signals: Signals) -> Judgement:
    if hits.NO_NAVIGATION in signals.flags:
        return Judgement(Verdict.SCANNER, "not_a_page")
    if signals.family == signatures.OTHER:
        return Judgement(Verdict.UNCERTAIN, "no_browser")
    # What it claims to be always sends both, but for what http leaves out.
    if _claims_more(signals) and hits.LANGUAGE not in signals.flags:
        return Judgement(Verdict.SCANNER, "not_that_browser")
    if _lacks_metadata(signals):
        return Judgement(Verdict.UNCERTAIN, "no_fetch_metadata")
    if signals.network == networks.DATA_CENTRE:
        return Judgement(Verdict.UNCERTAIN, "data_centre")
    return Judgement(Verdict.HUMAN, "browser")


def _claims_more(signals: Signals) -> bool:
    """Whether it calls itself a browser that sends Sec-Fetch-*, and sent none."""
    return signals.family == signatures.BROWSER and hits.FETCH_METADATA not in signals.flags


def _lacks_metadata(signals: Signals) -> bool:
    """Whether it must have sent them: browsers do so over https alone."""
    return _claims_more(signals) and hits.SECURE in signals.flags
