"""Look where a mail's links lead: each is asked once an hour, by a worker.

A link that a person follows well may refuse a machine, so nothing here keeps a campaign from
being sent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import urllib3
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.accounts import outbound, outbound_web
from campaigns.accounts.models import Workspace
from campaigns.composing import freezing, writing
from campaigns.composing.models import Campaign
from campaigns.composing.proofing.finding import Finding, Weight
from campaigns.composing.proofing.models import LinkLook

# The most links of one mail that are looked at, and how many at once.
MOST = 200
_AT_ONCE = 8
_SECONDS = 12
_MOST_REDIRECTS = 6
FRESH = timedelta(hours=1)
# A worker that has not answered by then was killed.
_PATIENCE = timedelta(minutes=3)
KEPT = timedelta(days=30)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
# There is something, but not for machines or for who has not signed in.
_SHY = frozenset({401, 402, 403, 405, 406, 407, 429, 999})
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Candid link check)",
    "Accept": "text/html,*/*;q=0.8",
    "Accept-Encoding": "identity",
}
# No address has them, and a NUL is kept by no database.
_UNTYPED = re.compile(r"[\0-\x1f\x7f]")
Trouble = LinkLook.Trouble


@dataclass(frozen=True)
class Look:
    """What became of one link."""

    status: int | None = None
    trouble: Trouble = Trouble.NONE
    # Where its page has moved to for good.
    moved_to: str = ""


def addresses(campaign: Campaign) -> list[str]:
    """Return the links that can be looked at. Raises `MergeTagError`."""
    revision = freezing.unregistered(campaign)
    return writing.web_addresses(revision.html, revision.text)[:MOST]


def ask(campaign: Campaign, ring: Callable[[int], object]) -> None:
    """Let the campaign's links be looked at, except those that just were."""
    if LinkLook.objects.ask(
        campaign.workspace_id, addresses(campaign), fresh=FRESH, patience=_PATIENCE
    ):
        ring(campaign.workspace_id)


def run(workspace_id: int) -> None:
    """Look at what was asked for in a workspace. Done twice, it asks twice, and no more."""
    waiting = list(LinkLook.objects.waiting(workspace_id))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(look, [one.url for one in waiting])
        for one, seen in zip(waiting, found, strict=True):
            LinkLook.objects.filter(pk=one.pk).update(
                looked_at=timezone.now(),
                status=seen.status,
                trouble=seen.trouble,
                moved_to=seen.moved_to,
            )


def tidy() -> None:
    """Forget links that nobody asked for in a while."""
    LinkLook.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()


def looks(workspace: Workspace, urls: Sequence[str]) -> list[LinkLook]:
    """Return what is known of the links, in their order."""
    known = {one.url: one for one in LinkLook.objects.of(workspace.pk, urls)}
    return [known[url] for url in urls if url in known]


def is_waiting(look: LinkLook) -> bool:
    """Whether an answer is still to come."""
    return look.looked_at is None and look.asked_at > timezone.now() - _PATIENCE


def findings(seen: Sequence[LinkLook]) -> Iterator[Finding]:
    """Give the links that lead nowhere, or elsewhere."""
    for one in seen:
        if one.looked_at is None:
            continue
        message = _said(one)
        if message:
            yield Finding(
                Weight.SHOULD, message % {"url": one.url[:150], "status": one.status}, at=one.url
            )
        elif one.moved_to:
            message = _("“%(url)s” has moved for good to “%(to)s”: link there.")
            yield Finding(
                Weight.MAY, message % {"url": one.url[:150], "to": one.moved_to[:150]}, at=one.url
            )


def look(url: str) -> Look:
    """Follow a link to its end, and say what is there. Never raises."""
    deadline = time.monotonic() + _SECONDS
    place, for_good = url, True
    moved_to = ""
    try:
        for _hop in range(_MOST_REDIRECTS):
            response = outbound_web.ask(place, deadline, headers=_HEADERS, unencrypted=True)
            status = response.status
            further = urljoin(place, _UNTYPED.sub("", response.headers.get("Location", "")))
            response.close()
            if status not in _REDIRECTS or further == place:
                return Look(status, _judged(status), moved_to)
            for_good = for_good and status in _FOR_GOOD
            place = further
            moved_to = place if for_good and _is_elsewhere(url, place) else ""
        return Look(trouble=Trouble.LOOP)
    except outbound.UnknownHostError:
        return Look(trouble=Trouble.NO_HOST)
    except outbound.OutboundError:
        return Look(trouble=Trouble.PRIVATE)
    except urllib3.exceptions.SSLError:
        return Look(trouble=Trouble.CERTIFICATE)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        return Look(trouble=Trouble.SILENT)


def _judged(status: int) -> Trouble:
    if status in (404, 410):
        return Trouble.GONE
    return Trouble.ERROR if status >= 400 and status not in _SHY else Trouble.NONE


def _is_elsewhere(url: str, place: str) -> bool:
    """Whether somebody would call it another address: not for a slash or an s more."""
    one, other = urlsplit(url), urlsplit(place)
    return (one.hostname, one.path.rstrip("/")) != (other.hostname, other.path.rstrip("/"))


def _said(look: LinkLook) -> str:
    match look.trouble:
        case Trouble.GONE:
            return _("“%(url)s” leads to no page (%(status)s): correct it.")
        case Trouble.ERROR:
            return _("“%(url)s” answers with an error (%(status)s).")
        case Trouble.NO_HOST:
            return _("“%(url)s” names a host that does not exist: look for a slip of the pen.")
        case Trouble.PRIVATE:
            return _("“%(url)s” leads into a private network: readers cannot reach it.")
        case Trouble.CERTIFICATE:
            return _("“%(url)s” has a certificate that browsers warn of.")
        case Trouble.LOOP:
            return _("“%(url)s” leads from one place to the next, and to no page.")
        case Trouble.SILENT:
            return _("“%(url)s” did not answer.")
        case _:
            return ""
