"""The page of a link that leads nowhere: complete in itself, for hosts without Django's pages.

Readers meet it, so it speaks what their browser asks for. There is one page a language, made
when it is asked for first: after that, an answer costs a look-up of the header.
"""

from __future__ import annotations

import functools

from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

POLICY = ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
OTHERWISE = "en"

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 32rem; }}
body {{ margin: 20vh auto; padding: 0 1.5rem; }}
h1 {{ font-size: 1.5rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{words}</p>
</body>
</html>
"""


@functools.lru_cache(maxsize=1024)
def language(accepted: str) -> str:
    """Return which of our languages an Accept-Language header asks for (RFC 9110, 12.5.4)."""
    for code, _weight in parse_accept_lang_header(accepted.lower()):
        spoken = code.partition("-")[0]
        if spoken in settings.RECIPIENT_LANGUAGES:
            return spoken
    return OTHERWISE


@functools.cache
def not_found(spoken: str) -> bytes:
    """Return the page in a language."""
    with translation.override(spoken):
        title = _("This link does not work")
        words = _(
            "It may have been cut off on its way to you. Try to click it in the mail itself, or "
            "copy the whole address into your browser."
        )
    return _PAGE.format(language=spoken, title=escape(title), words=escape(words)).encode()
