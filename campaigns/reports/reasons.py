"""Why a hit was taken for what it was, in plain words: tracking's reasons, by their names."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    # A person.
    "mail_program": _("A mail program that shows images when somebody looks"),
    "browser": _("A browser, with all that a browser sends along"),
    # A person, through their mail service.
    "gmail": _("Gmail fetched the image as somebody opened the mail"),
    "yahoo": _("Yahoo fetched the image as somebody opened the mail"),
    "fastmail": _("Fastmail fetched the image as somebody opened the mail"),
    "shortwave": _("Shortwave fetched the image as somebody opened the mail"),
    "seznam": _("Seznam fetched the image as somebody opened the mail"),
    "rambler": _("Rambler fetched the image as somebody opened the mail"),
    "ukrnet": _("Ukr.net fetched the image as somebody opened the mail"),
    # Perhaps a person.
    "apple_mpp": _("Apple Mail loads all images by itself, read or not"),
    "apple_relay": _("Apple Mail behind Apple’s relay, which loads images by itself"),
    "no_browser": _("A program that does not call itself a browser"),
    "no_fetch_metadata": _("Calls itself a browser, and left out what browsers send"),
    "data_centre": _("Came out of a data centre, where few people sit"),
    # Loaded in advance.
    "gmail_prefetch": _("Gmail fetched the image in advance"),
    "prefetch_header": _("Said itself that it was fetching in advance"),
    # A machine.
    "burst": _("Several links of one mail in the same moment"),
    "with_burst": _("Came with one that followed several links at once"),
    "honeypot": _("Followed a link that nobody can see"),
    "with_honeypot": _("Came with one that followed a link nobody can see"),
    "head_first": _("Asked for the address before, without wanting to see it"),
    "with_head_first": _("Came with one that only tried the address"),
    "too_soon": _("Came faster after the mail than a person can"),
    "not_that_browser": _("Is not the browser it says it is"),
    "not_a_page": _("Fetched the link, but not to show it to anybody"),
    "pixel_as_page": _("Opened the pixel itself, as no mail program does"),
    "proxy_click": _("An image service, which follows no links"),
    "no_agent": _("Did not say what program it is"),
    "bare_agent": _("Did not say what program it is"),
    "known_crawler": _("A known crawler"),
    "link_preview": _("Made a preview of the link"),
    "safelinks": _("Microsoft looked whether the link is safe"),
    "office_check": _("Microsoft Office looked at a link that was clicked in it"),
    "headless": _("A browser without a screen"),
    "library": _("A program, not a browser"),
    "barracuda": _("Says that it is Barracuda"),
    "mimecast": _("Says that it is Mimecast"),
    "proofpoint": _("Says that it is Proofpoint"),
    "trend": _("Says that it is Trend Micro"),
    "cisco": _("Says that it is Cisco"),
}


def words(reason: str) -> str:
    """Return a reason in words; one we have none for is called by its name."""
    return str(WORDS.get(reason) or reason.replace("_", " ").capitalize())
