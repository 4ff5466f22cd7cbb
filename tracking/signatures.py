"""Whose a user agent is, in one word that may be kept when the text may not. Pure.

Our own list comes first, a file with the source and the date of each entry: general lists of
crawlers take the image proxies of Gmail and Yahoo, behind which people read, for machines.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from tracking import agents

FILE = Path(__file__).parent / "agent_data" / "agents.toml"

# What a signature stands for.
PROXY, PREFETCH, SCANNER, CHECKER = "proxy", "prefetch", "scanner", "checker"

# Words for agents that the file does not name.
NONE = "none"  # There was no text at all.
BARE = "bare"  # "Mozilla/5.0" and no more, as Apple's Mail Privacy Protection has it.
CRAWLER = "crawler"  # In the general list of crawlers.
BROWSER = "browser"  # A browser of a version that sends Sec-Fetch-*.
OLD_BROWSER = "old_browser"
APPLE_MAIL = "apple_mail"  # Apple's own mail program, or another that shows mail with WebKit.
APP = "app"  # A part of an app that shows pages, and leaves some headers out.
OTHER = "other"  # Says what it is, and is no browser: most mail programs.


@dataclass(frozen=True, slots=True)
class Signature:
    """An entry of the file."""

    name: str
    stands_for: str
    client: str = ""
    starts: str = ""
    marks: tuple[str, ...] = ()

    def fits(self, agent: str, lower: str) -> bool:
        """Whether a user agent, given also in lower case, is this one's."""
        if self.starts:
            return agent.startswith(self.starts)
        return any(mark in lower for mark in self.marks)


# Browsers that send Sec-Fetch-* with every request over https, from this version on.
_MODERN = (
    (re.compile(r"\bChrome/(\d+)"), 80),
    (re.compile(r"\bFirefox/(\d+)"), 90),
    (re.compile(r"\bVersion/(\d+).* Safari/"), 17),
)
_BROWSERS = ("Mozilla/", "Opera/")
_APP = re.compile(r"; wv\)|WebView|\bGSA/|FBAN|FBAV|Instagram")
_WEBKIT_ALONE = re.compile(
    r"\((Macintosh|iPhone|iPad|iPod).*AppleWebKit/[\d.]+ \(KHTML, like Gecko\)"
)


@lru_cache(maxsize=8192)
def recognise(agent: str) -> str:
    """Return the name of a user agent's signature, or one of the words above."""
    text = agent.strip()
    if not text:
        return NONE
    lower = text.lower()
    for signature in _signatures():
        if signature.fits(text, lower):
            return signature.name
    if lower == "mozilla/5.0":
        return BARE
    if agents.is_automated(text):
        return CRAWLER
    if not text.startswith(_BROWSERS):
        return OTHER
    if _APP.search(text):
        return APP
    if _WEBKIT_ALONE.search(text) and "Safari/" not in text:
        return APPLE_MAIL
    return BROWSER if _is_modern(text) else OLD_BROWSER


def named(name: str) -> Signature | None:
    """Return the file's entry of that name; None for the words above and for lost names."""
    return _by_name().get(name)


def is_checker(agent: str) -> bool:
    """Whether it is a program of the reader's own, which looks just before their browser does."""
    signature = named(recognise(agent))
    return signature is not None and signature.stands_for == CHECKER


def _is_modern(agent: str) -> bool:
    return any(
        (found := pattern.search(agent)) is not None and int(found[1]) >= version
        for pattern, version in _MODERN
    )


@cache
def _signatures() -> tuple[Signature, ...]:
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["agent"]
    return tuple(
        Signature(
            name=entry["name"],
            stands_for=entry["is"],
            client=entry.get("client", ""),
            starts=entry.get("starts", ""),
            marks=tuple(entry.get("marks", ())),
        )
        for entry in entries
    )


@cache
def _by_name() -> Mapping[str, Signature]:
    return {signature.name: signature for signature in _signatures()}
