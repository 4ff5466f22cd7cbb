"""The addresses of pixels and links, as they stand in mails.

`/track/open/…` is what the blockers' general lists look for: whoever does not want to be
measured can see it, and stop it.
"""

from django.conf import settings

OPEN_PATH = "/track/open/"
OPEN_SUFFIX = ".gif"
CLICK_PATH = "/track/click/"
# The number of a link that no reader can see, and only machines follow. Real ones begin at 1.
HONEYPOT = 0


def open_url(token: str) -> str:
    """Return the absolute address of the pixel."""
    return f"{settings.TRACKING_URL}{OPEN_PATH}{token}{OPEN_SUFFIX}"


def click_url(token: str, number: int) -> str:
    """Return the absolute address that leads to the campaign's link `number`."""
    return f"{settings.TRACKING_URL}{CLICK_PATH}{token}/{number}"
