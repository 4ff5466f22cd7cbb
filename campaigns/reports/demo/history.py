"""What readers and machines did with a sample mailing, as hits that tracking can drain. Pure.

People read in the hours after a mail arrives, at times of day when they are awake, some
of them again later; machines come within seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from random import Random
from zoneinfo import ZoneInfo

from campaigns.reports.demo import agents
from campaigns.reports.demo.agents import Program
from campaigns.reports.demo.mailings import Mailing
from campaigns.reports.demo.people import Reader
from tracking import hits
from tracking.hits import Hit
from tracking.tokens import Kind

BROWSER = hits.FETCH_METADATA + hits.LANGUAGE
MEDIAN_DELAY = timedelta(hours=3)
# Hours of the night in which nearly nobody reads, in the reader's own time zone.
NIGHT = range(0, 7)


@dataclass(frozen=True)
class Mailed:
    """A mail that reached somebody, and the tokens in it."""

    reader: Reader
    sent_at: datetime
    open_token: str
    click_token: str


def of_mailing(
    mailing: Mailing, mailed: Sequence[Mailed], random: Random, now: datetime
) -> list[Hit]:
    """Return all hits of a mailing until `now`, in order of time."""
    found = [hit for one in mailed for hit in _of_one(mailing, one, random)]
    until = int(now.timestamp() * 1e9)
    return sorted((hit for hit in found if hit.at_ns < until), key=lambda hit: hit.at_ns)


def _of_one(mailing: Mailing, mailed: Mailed, random: Random) -> Iterator[Hit]:
    reader = mailed.reader
    program = agents.READING[reader.reads_with]
    if _is_scanned(reader) and random.random() < 0.6:
        yield from _scan(mailing, mailed, random)
    if random.random() < program.prefetches:
        yield _prefetch(mailed, program, random)
    keenness = min(0.95, mailing.appeal * (0.06 + 0.72 * reader.interest))
    if random.random() >= keenness:
        return
    home = _Home.of(reader, program, random)
    at = _reading_time(mailed.sent_at, reader, random)
    if home.shows_images:
        yield home.opens(mailed, at)
    if random.random() < mailing.appeal * (0.03 + 0.4 * reader.interest**2):
        yield from home.clicks(mailed, mailing, at, random)
    while home.shows_images and random.random() < 0.28:
        at += timedelta(minutes=random.lognormvariate(5.5, 1.4))
        yield home.opens(mailed, at)


@dataclass(frozen=True)
class _Home:
    """Where and with what a reader reads this mail."""

    ip: str
    image_ip: str
    image_agent: str
    browser: str
    shows_images: bool
    objects: bool

    @classmethod
    def of(cls, reader: Reader, program: Program, random: Random) -> _Home:
        # A few are travelling, or hide behind a tunnel that ends elsewhere.
        country = random.choice(list(agents.NETWORKS)) if random.random() < 0.03 else reader.country
        ip = agents.address(random, agents.NETWORKS[country])
        return cls(
            ip=ip,
            image_ip=agents.address(random, program.proxy) if program.proxy else ip,
            image_agent=random.choice(program.images),
            browser=random.choice(program.browsers),
            shows_images=random.random() < program.shows_images,
            objects=random.random() < 0.02,
        )

    def opens(self, mailed: Mailed, at: datetime) -> Hit:
        is_browser = self.image_ip == self.ip and self.image_agent == self.browser
        return Hit(
            at_ns=_ns(at),
            kind=Kind.OPEN,
            token=mailed.open_token,
            number=0,
            ip=self.image_ip,
            agent=self.image_agent,
            flags=BROWSER if is_browser else hits.LANGUAGE,
        )

    def clicks(
        self, mailed: Mailed, mailing: Mailing, at: datetime, random: Random
    ) -> Iterator[Hit]:
        pull = list(mailing.pull)
        for _click in range(1 + (random.random() < 0.3) + (random.random() < 0.1)):
            at += timedelta(seconds=random.uniform(12, 160))
            place = random.choices(range(len(pull)), pull)[0]
            yield Hit(
                at_ns=_ns(at),
                kind=Kind.CLICK,
                token=mailed.click_token,
                number=place + 1,
                ip=self.ip,
                agent=self.browser,
                flags=BROWSER + (hits.SIGNAL if self.objects else ""),
            )


def _is_scanned(reader: Reader) -> bool:
    return reader.reads_with in {"outlook", "outlook_web"} and "outlook." not in reader.email


def _scan(mailing: Mailing, mailed: Mailed, random: Random) -> Iterator[Hit]:
    """A mail gateway looks at everything at once, seconds after the mail came in."""
    agent, networks = random.choice(agents.SCANNERS)
    ip = agents.address(random, networks)
    at = mailed.sent_at + timedelta(seconds=random.uniform(1, 6))
    if random.random() < 0.5:
        yield Hit(_ns(at), Kind.OPEN, mailed.open_token, 0, ip, agent)
    for place in range(len(mailing.pull)):
        at += timedelta(milliseconds=random.uniform(80, 400))
        yield Hit(_ns(at), Kind.CLICK, mailed.click_token, place + 1, ip, agent)


def _prefetch(mailed: Mailed, program: Program, random: Random) -> Hit:
    """A mail program loads the images before anybody looks."""
    wait = random.expovariate(1 / 40) if program.prefetch_agent == agents.APPLE_PROXY else 0.05
    return Hit(
        at_ns=_ns(mailed.sent_at + timedelta(minutes=wait, seconds=random.uniform(2, 20))),
        kind=Kind.OPEN,
        token=mailed.open_token,
        number=0,
        ip=agents.address(random, program.proxy),
        agent=program.prefetch_agent,
    )


def _reading_time(sent_at: datetime, reader: Reader, random: Random) -> datetime:
    """The more interested read sooner; who would read at night reads in the morning."""
    median = log(MEDIAN_DELAY.total_seconds()) - reader.interest
    at = sent_at + timedelta(seconds=20 + exp(random.gauss(median, 1.5)))
    there = at.astimezone(ZoneInfo(reader.time_zone))
    if there.hour in NIGHT and random.random() < 0.92:
        at += timedelta(hours=NIGHT.stop - there.hour, minutes=random.uniform(-30, 150))
    return at


def _ns(at: datetime) -> int:
    return int(at.timestamp() * 1e9)
