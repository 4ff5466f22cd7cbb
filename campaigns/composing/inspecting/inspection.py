"""Say what a mail tells its sender about its reader: what is fetched, what links carry, who asks.

Nothing is fetched to find out, and nothing of the mail is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from campaigns.composing.inspecting import body as bodies
from campaigns.composing.inspecting.body import Body, Link, Picture
from campaigns.composing.inspecting.identifiers import Identifier, Reader, leads_to
from campaigns.composing.inspecting.known import known
from campaigns.composing.inspecting.source import Source

# Headers in which senders keep a name for the reader or the mail.
_CARRYING = (
    "Return-Path",
    "Message-ID",
    "List-Unsubscribe",
    "Feedback-ID",
    "Disposition-Notification-To",
)
_DECLARED = re.compile(r"\b(opens|clicks)\s*=\s*(\w+)", re.IGNORECASE)
_TEXT_URL = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)


@dataclass(frozen=True)
class Seen:
    """A picture or link, and what it gives away."""

    url: str
    words: str = ""
    # The product that counts with it, where we know it.
    who: str = ""
    why: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    leads_to: str = ""
    # How many of the kind stand in the mail.
    times: int = 1

    @property
    def host(self) -> str:
        """The machine that is told."""
        return _host(self.url)

    @property
    def is_personal(self) -> bool:
        """Whether it can tell one reader from another."""
        return any(one.is_personal for one in self.identifiers)


@dataclass(frozen=True)
class Inspection:
    """What was found in a mail."""

    is_whole: bool
    pixels: tuple[Seen, ...] = ()
    pictures: tuple[Seen, ...] = ()
    links: tuple[Seen, ...] = ()
    plain_links: tuple[Seen, ...] = ()
    styles: tuple[Seen, ...] = ()
    headers: tuple[tuple[str, str, Identifier | None], ...] = ()
    active: tuple[str, ...] = ()
    # {domain: where it stands}
    domains: dict[str, str] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    declared: str = ""
    contradictions: tuple[str, ...] = ()
    # It has more pictures, links, headers or parts than were looked at.
    is_cut: bool = False

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """The machines that learn of an open when pictures are loaded, and of how many."""
        seen = (*self.pixels, *self.pictures, *self.styles)
        found: Counter[str] = Counter()
        for one in seen:
            found[one.host] += one.times
        return found.most_common()

    @property
    def counted(self) -> list[Seen]:
        """The links by which somebody we know counts clicks."""
        return [one for one in self.links if one.who]

    @property
    def link_count(self) -> int:
        """How many different web links the mail has."""
        return len(self.links) + len(self.plain_links)


def inspect(source: Source, reader: str = "") -> Inspection:
    """Return what `source` gives away; `reader` is whom it was for, if the mail does not say."""
    body = bodies.read(source.html)
    person = Reader(reader or source.recipient)
    pixels, pictures = _pictures(body, person)
    written = bodies.first(_TEXT_URL.finditer(source.text))
    urls = [match.group()[: bodies.LONGEST] for match in written[: bodies.MOST]]
    links, plain = _links([*body.links, *(Link(url, "", False) for url in urls)], person)
    styles = _merged([Seen(url, identifiers=tuple(person.identifiers(url))) for url in body.styles])
    headers = tuple(_headers(source, person))
    products = {one.who for one in (*pixels, *links) if one.who}
    products |= {
        known().headers[name.lower()]
        for name, _text in source.headers
        if name.lower() in known().headers
    }
    declared = " ".join(source.values("X-Tracking"))
    return Inspection(
        is_whole=bool(source.headers),
        pixels=pixels,
        pictures=pictures,
        links=links,
        plain_links=plain,
        styles=styles,
        headers=headers,
        active=body.active,
        domains=source.domains,
        products=tuple(sorted(products)),
        declared=declared,
        contradictions=tuple(_contradictions(declared, pixels, links)),
        is_cut=source.is_cut or body.is_cut or len(written) > bodies.MOST,
    )


def _pictures(body: Body, person: Reader) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
    pixels: list[Seen] = []
    others: list[Seen] = []
    for picture in body.pictures:
        who = known().of_picture(picture.url)
        identifiers = tuple(person.identifiers(picture.url))
        why = tuple(_why_pixel(picture, who))
        seen = Seen(picture.url, who=who, why=why, identifiers=identifiers)
        (pixels if why else others).append(seen)
    return _merged(pixels), _merged(others)


def _why_pixel(picture: Picture, who: str) -> list[str]:
    found = []
    if who:
        found.append(_("Its address is one that %(who)s counts opens with.") % {"who": who})
    if picture.is_tiny:
        sizes = {
            "width": "?" if picture.width is None else picture.width,
            "height": "?" if picture.height is None else picture.height,
        }
        found.append(_("It is %(width)s × %(height)s pixels: too small to see.") % sizes)
    if picture.hidden:
        found.append(_("It is hidden, and mail programs load it all the same."))
    return found


def _links(within: Sequence[Link], person: Reader) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
    measured: list[Seen] = []
    plain: list[Seen] = []
    for link in within:
        who = known().of_link(link.url)
        identifiers = tuple(person.identifiers(link.url))
        end = leads_to(link.url)
        why = tuple(_why_measured(link, who, end))
        seen = Seen(link.url, link.words, who, why, identifiers, end)
        (measured if why or seen.is_personal else plain).append(seen)
    return _merged(measured), _merged(plain)


def _why_measured(link: Link, who: str, end: str) -> list[str]:
    found = []
    if who:
        found.append(_("Its address is one that %(who)s counts clicks with.") % {"who": who})
    if end and _host(end) != _host(link.url):
        found.append(_("It goes by %(host)s before it gets there.") % {"host": _host(link.url)})
    if link.hidden:
        found.append(_("Nobody sees it: only a program follows it, and gives itself away."))
    shown = _TEXT_URL.match(link.words)
    if shown and _site(_host(shown.group())) != _site(_host(end or link.url)):
        found.append(_("It shows one address and leads to another."))
    return found


def _headers(source: Source, person: Reader) -> list[tuple[str, str, Identifier | None]]:
    found = []
    for name, value in source.headers:
        lower = name.lower()
        wanted = lower in known().headers or any(lower == one.lower() for one in _CARRYING)
        hidden = person.hides_in(value)
        if wanted or (hidden and lower.startswith(("x-", "list-", "feedback"))):
            found.append((name, value[:500], hidden))
    return found


def _contradictions(declared: str, pixels: tuple[Seen, ...], links: tuple[Seen, ...]) -> list[str]:
    says = {name.lower(): mode.lower() for name, mode in _DECLARED.findall(declared)}
    found = []
    if says.get("opens") == "none" and pixels:
        found.append(_("It says that opens are not recorded, and has a pixel."))
    if says.get("clicks") == "none" and any(one.who for one in links):
        found.append(_("It says that clicks are not recorded, and has links that count them."))
    return found


def _merged(seen: list[Seen]) -> tuple[Seen, ...]:
    """Return each address once, with how often it stands there."""
    times = Counter(one.url for one in seen)
    first: dict[str, Seen] = {}
    for one in seen:
        if one.url not in first or (one.words and not first[one.url].words):
            first[one.url] = one
    return tuple(
        Seen(one.url, one.words, one.who, one.why, one.identifiers, one.leads_to, times[one.url])
        for one in first.values()
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "//" in url[:8] else f"//{url}").hostname or "").lower()
    except ValueError:
        return ""


def _site(host: str) -> str:
    return host.removeprefix("www.")
