"""Which language recipients are spoken to in.

Their own first, as it is kept of them or as a form says; else what their browser asks for;
else the workspace's. Members' pages are English, whatever a browser asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from campaigns.audience.models import Contact

# In their own words, as the preferences page offers them.
SPOKEN: dict[str, str] = settings.RECIPIENT_LANGUAGES
OTHERWISE = "en"


def known(*wanted: str) -> str:
    """Return the first of `wanted` that we speak: "de-at" is German. Empty: none of them."""
    for code in wanted:
        spoken = code.lower().replace("_", "-").partition("-")[0]
        if spoken in SPOKEN:
            return spoken
    return ""


def of_request(request: HttpRequest, *, first: str = "", last: str = "") -> str:
    """Return the language of a page: `first` if it is known, then the browser's, then `last`."""
    header = request.headers.get("Accept-Language", "")
    asked = [code for code, _weight in parse_accept_lang_header(header.lower())]
    return known(first, *asked, last) or OTHERWISE


def of_contact(contact: Contact) -> str:
    """Return the language of a mail to a person."""
    return known(contact.language, contact.workspace.language) or OTHERWISE


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in `language` meanwhile."""
    with translation.override(language):
        yield
