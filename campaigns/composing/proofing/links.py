"""Where a mail's links and pictures lead, as far as their addresses tell: nothing is fetched."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.accounts import outbound
from campaigns.composing.proofing.finding import Finding, Weight
from campaigns.composing.proofing.sheet import Sheet

# RFC 6761 and RFC 2606: names that lead nowhere, or only within a house; those of RFC 2606's
# second part are what examples are written with.
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
_EXAMPLES = ("example.com", "example.net", "example.org")
_OTHER_SCHEMES = frozenset({"mailto", "tel", "sms", "geo"})


def findings(sheet: Sheet) -> Iterator[Finding]:
    """Give the links and pictures that do not lead where a reader could follow."""
    parts = {one.get("id") or one.get("name") for one in sheet.root.iter() if one.attrib}
    for link in sheet.seen("a", "area"):
        href = (link.get("href") or "").strip()
        if link.get("href") is None and link.get("name"):
            continue  # The place that another link jumps to.
        if _is_ours(href):
            continue
        message = _of_link(href, parts)
        if message:
            yield Finding(Weight.SHOULD, message, at=href)
    for picture in sheet.seen("img"):
        source = (picture.get("src") or "").strip()
        if source and not _is_ours(source) and (message := _of_picture(source)):
            yield Finding(Weight.SHOULD, message, at=source)


def home() -> Iterator[Finding]:
    """Give what keeps readers from our own pages and pictures: the installation's address."""
    for url in dict.fromkeys((settings.PUBLIC_URL, settings.TRACKING_URL)):
        if _is_inside(_host(url)):
            message = _(
                "Readers cannot reach %(url)s, where this mail's unsubscribe link, pictures and "
                "counted links lead. Whoever runs Candid sets PUBLIC_URL to an address of the web."
            )
            yield Finding(Weight.SHOULD, message % {"url": url}, field="")


def _of_link(href: str, parts: set[str | None]) -> str:
    if href.startswith("#") and href != "#":
        missing = _("The link to the part “%(part)s” leads nowhere: no element has that id.")
        return "" if href[1:] in parts else missing % {"part": href[1:]}
    if not href or href == "#":
        return _("A link leads nowhere: it has no address.")
    scheme = _scheme(href)
    if scheme in _OTHER_SCHEMES:
        return ""
    if scheme not in ("http", "https"):
        message = _("“%(url)s” leads nowhere in a mail. Begin it with https://.")
        return message % {"url": href[:100]}
    return _of_web(href, _("“%(url)s” is not encrypted. Use https:// if the page has it."))


def _of_picture(source: str) -> str:
    scheme = _scheme(source)
    if scheme in ("cid", "data"):
        return ""  # What programs show of these, the proofs of programs say.
    if scheme not in ("http", "https"):
        message = _("The picture “%(url)s” is found by nobody: give its whole address, https://….")
        return message % {"url": source[:100]}
    return _of_web(
        source, _("The picture “%(url)s” is not encrypted: some programs will not load it.")
    )


def _of_web(url: str, unencrypted: str) -> str:
    host = _host(url)
    if _is_inside(host):
        message = _("“%(url)s” leads into a private network: readers cannot reach it.")
        return message % {"url": url[:100]}
    if host in _EXAMPLES or host.endswith(tuple(f".{name}" for name in _EXAMPLES)):
        return _("“%(url)s” is an example's address, not a real one.") % {"url": url[:100]}
    return unencrypted % {"url": url[:100]} if url.lower().startswith("http:") else ""


def _is_inside(host: str) -> bool:
    try:
        return not outbound.is_public(str(ipaddress.ip_address(host)))
    except ValueError:
        return "." not in host or host.endswith(_INSIDE)


def _is_ours(url: str) -> bool:
    return url.startswith((f"{settings.PUBLIC_URL}/", f"{settings.TRACKING_URL}/"))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""
