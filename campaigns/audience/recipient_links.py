"""The addresses that a mail gives its recipient: leave, stay, choose, look.

Made for every recipient of every mail, so without a URL resolver; a test holds them
against `urls.py`.
"""

from django.conf import settings


def unsubscribe_url(token: str) -> str:
    """Return the page with a button that unsubscribes."""
    return f"{settings.PUBLIC_URL}/u/{token}/"


def one_click_url(token: str) -> str:
    """Return where a mail program posts to for RFC 8058."""
    return f"{settings.PUBLIC_URL}/u/{token}/one-click"


def stay_url(token: str) -> str:
    """Return the page with a button that says: go on mailing me."""
    return f"{settings.PUBLIC_URL}/u/{token}/stay"


def preferences_url(token: str) -> str:
    """Return the page where a recipient sees and changes what is kept."""
    return f"{settings.PUBLIC_URL}/p/{token}/"


def web_version_url(token: str) -> str:
    """Return where the mail can be read in a browser."""
    return f"{settings.PUBLIC_URL}/v/{token}/"
