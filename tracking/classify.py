"""What a hit was: a person, a person behind a proxy, perhaps a person, or a machine. Pure.

Every hit is kept with its verdict, the reason and the version of these rules; nothing is
dropped. Our own rules come first, because the general lists of crawlers take the image
proxies of Gmail and Yahoo, behind which people read, for machines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tracking import agents
from tracking.tokens import Kind

# Raised whenever a rule changes; rows keep the version they were judged by.
RULES = 1


class Verdict(StrEnum):
    """Who or what a hit was. Sure people first, machines last."""

    HUMAN = "human"
    PROXIED = "proxied"
    UNCERTAIN = "uncertain"
    PREFETCH = "prefetch"
    SCANNER = "scanner"


SURE = frozenset({Verdict.HUMAN, Verdict.PROXIED})
MACHINE = frozenset({Verdict.PREFETCH, Verdict.SCANNER})


@dataclass(frozen=True, slots=True)
class Traits:
    """All that a verdict rests on; neither address nor place is among it."""

    kind: Kind
    agent: str
    prefetch: bool = False
    fetch_metadata: bool = False
    language: bool = False
    # Seconds since the mail was handed over; None when that is not known.
    age: float | None = None
    # Whether other links of the same mail were clicked in the same moment.
    burst: bool = False
    # Whether we are asked by https: browsers send Sec-Fetch-* nowhere else.
    secure: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reason: str


# Gmail fetches images before anybody looks with this very text: SparkPost, "Gmail
# Prefetching Images", 2021.
_GMAIL_PREFETCH = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)

# Fragments of user agents, in lower case; the first that fits decides.
_PROXIES = (
    ("googleimageproxy", "gmail"),  # Gmail loads images when a person looks.
    ("via ggpht.com", "gmail"),
    ("yahoomailproxy", "yahoo"),
    ("fastmailua", "fastmail"),
    ("shortwave image fetcher", "shortwave"),
    ("seznamemailproxy", "seznam"),
    ("ramblermail", "rambler"),
    ("ukrnet", "ukrnet"),
)
_SCANNERS = (
    ("barracuda", "barracuda"),
    ("mimecast", "mimecast"),
    ("proofpoint", "proofpoint"),
    ("trendmicro", "trend"),
    ("ironport", "cisco"),
    ("safelinks", "safelinks"),
    ("headlesschrome", "headless"),
    ("phantomjs", "headless"),
    ("java/", "library"),
    ("libwww", "library"),
    ("skypeuripreview", "link_preview"),
    ("microsoftpreview", "link_preview"),
)

# Browsers that send Sec-Fetch-* with every navigation, from this version on.
_MODERN = (
    (re.compile(r"\bChrome/(\d+)"), 80),
    (re.compile(r"\bFirefox/(\d+)"), 90),
    (re.compile(r"\bVersion/(\d+).* Safari/"), 17),
)
# A click comes from a browser, and each calls itself one of these.
_BROWSERS = ("Mozilla/", "Opera/")
# Parts of apps that show pages, which leave some headers out.
_APP = re.compile(r"; wv\)|WebView|\bGSA/|FBAN|FBAV|Instagram")


def classify(traits: Traits, *, human_delay: float) -> Judgement:
    """Judge a hit. `human_delay` is how many seconds a person needs to open a mail."""
    if traits.prefetch:
        return Judgement(Verdict.PREFETCH, "prefetch_header")
    return _judge_agent(traits.kind, traits.agent) or _judge_behaviour(traits, human_delay)


@lru_cache(maxsize=4096)
def _judge_agent(kind: Kind, agent: str) -> Judgement | None:
    """Judge by the user agent alone; None when it may be a person's."""
    text = agent.lower()
    if agent.startswith(_GMAIL_PREFETCH):
        return Judgement(Verdict.PREFETCH, "gmail_prefetch")
    if proxy := _first(text, _PROXIES):
        if kind is Kind.OPEN:
            return Judgement(Verdict.PROXIED, proxy)
        # Image proxies follow no links; whoever says so is something else.
        return Judgement(Verdict.SCANNER, "proxy_click")
    if scanner := _first(text, _SCANNERS):
        return Judgement(Verdict.SCANNER, scanner)
    if not text.strip():
        return Judgement(Verdict.SCANNER, "no_agent")
    if text.strip() == "mozilla/5.0":
        # Apple Mail Privacy Protection loads all images by itself, read or not.
        verdict = Verdict.UNCERTAIN if kind is Kind.OPEN else Verdict.SCANNER
        return Judgement(verdict, "apple_mpp" if verdict is Verdict.UNCERTAIN else "bare_agent")
    if agents.is_automated(agent):
        return Judgement(Verdict.SCANNER, "known_crawler")
    return None


def _judge_behaviour(traits: Traits, human_delay: float) -> Judgement:
    if traits.burst:
        return Judgement(Verdict.SCANNER, "burst")
    if traits.age is not None and traits.age < human_delay:
        return Judgement(Verdict.SCANNER, "too_soon")
    if traits.kind is Kind.OPEN:
        return Judgement(Verdict.HUMAN, "mail_program")
    if not traits.agent.startswith(_BROWSERS):
        return Judgement(Verdict.UNCERTAIN, "no_browser")
    if _is_modern(traits.agent) and not traits.fetch_metadata:
        # What it claims to be always sends both, but for what http leaves out.
        if not traits.language:
            return Judgement(Verdict.SCANNER, "not_that_browser")
        if traits.secure:
            return Judgement(Verdict.UNCERTAIN, "no_fetch_metadata")
    return Judgement(Verdict.HUMAN, "browser")


@lru_cache(maxsize=4096)
def _is_modern(agent: str) -> bool:
    if _APP.search(agent):
        return False
    return any(
        (found := pattern.search(agent)) is not None and int(found[1]) >= version
        for pattern, version in _MODERN
    )


def _first(text: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((reason for fragment, reason in table if fragment in text), "")
