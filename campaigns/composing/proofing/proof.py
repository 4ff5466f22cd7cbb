"""The proof of a campaign: all that was found in its mail, and where to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from campaigns.composing import checks, compiling, freezing, previewing
from campaigns.composing.headers import HeaderError
from campaigns.composing.merge_tags import MergeTagError
from campaigns.composing.models import Campaign
from campaigns.composing.proofing import (
    from_domain,
    links,
    looking,
    places,
    programs,
    readers,
    spam,
)
from campaigns.composing.proofing.finding import TALK, Finding, Weight
from campaigns.composing.proofing.sheet import Sheet

Check = Callable[[Campaign], Iterable[Finding]]
# What higher rooms know of a campaign's recipients.
_of_recipients: list[Check] = []
_DOT = re.compile(rb"^\.\.", re.MULTILINE)


@dataclass(frozen=True)
class Placed:
    """A finding, and where its button goes."""

    finding: Finding
    href: str
    place: str


def register(*new: Check) -> None:
    """Let proofs ask what is known of recipients in higher rooms."""
    _of_recipients[:] = new


def of_mail(campaign: Campaign) -> list[Placed]:
    """Return what the mail itself shows: nothing is asked, nothing is fetched."""
    return _placed(campaign, _of_mail(campaign))


def of_others(campaign: Campaign) -> list[Placed]:
    """Return what recipients' fields, name servers and a spam filter say: it takes seconds."""
    if checks.review(campaign).problems:
        return []
    return _placed(campaign, _of_others(campaign))


def of_links(campaign: Campaign) -> dict[str, Any]:
    """Return what was found at the end of the links, and how far the looking is."""
    try:
        urls = looking.addresses(campaign)
    except MergeTagError:
        urls = []
    seen = looking.looks(campaign.workspace, urls)
    answered = [one for one in seen if one.looked_at]
    return {
        "found": _placed(campaign, looking.findings(seen)),
        "links": len(urls),
        "looked": len(answered),
        "waiting": any(looking.is_waiting(one) for one in seen),
        "oldest": min((one.looked_at for one in answered if one.looked_at), default=None),
    }


def _of_mail(campaign: Campaign) -> Iterator[Finding]:
    review = checks.review(campaign)
    for problem in review.problems:
        yield Finding(Weight.MUST, problem.message, field=problem.field)
    for problem in checks.unapproved(campaign):
        yield Finding(Weight.MUST, problem.message, field=TALK)
    for problem in review.advice:
        yield Finding(Weight.SHOULD, problem.message, field=problem.field)
    if review.problems:
        return
    revision = freezing.unregistered(campaign)
    mail = compiling.compile_preview(revision, campaign.tracking)
    parts = mail.parts(previewing.person_of(revision))
    sheet = Sheet(parts.html)
    # Of the text part only what follows the author's words.
    yield from readers.findings(sheet, footer=parts.text.rpartition("———")[2])
    yield from links.findings(sheet)
    if campaign.sender and campaign.sender.provider.kind != campaign.sender.provider.Kind.INBOX:
        yield from links.home()
    yield from programs.findings(sheet)


def _of_others(campaign: Campaign) -> Iterator[Finding]:
    for check in _of_recipients:
        yield from check(campaign)
    yield from from_domain.findings(campaign.sender)
    yield from spam.findings(_message(campaign))


def _message(campaign: Campaign) -> bytes:
    """Return the mail as a stranger would get it."""
    revision = freezing.unregistered(campaign)
    mail = compiling.compile_preview(revision, campaign.tracking)
    try:
        return _DOT.sub(b".", mail.fill(previewing.person_of(revision)))
    except (MergeTagError, HeaderError):
        return b""


def _placed(campaign: Campaign, found: Iterable[Finding]) -> list[Placed]:
    order = list(Weight)
    placed = [Placed(one, places.href(campaign, one), places.words(campaign, one)) for one in found]
    return sorted(placed, key=lambda one: order.index(one.finding.weight))
