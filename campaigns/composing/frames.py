"""Answer with a mail, so that it can do no harm to whoever looks at it."""

from __future__ import annotations

from django.http import HttpResponse

# Nothing of a mail runs, and nothing of it is fetched but pictures.
POLICY = (
    "sandbox; default-src 'none'; img-src 'self' https: data:; style-src 'unsafe-inline'; "
    "font-src https: data:; frame-ancestors 'self'"
)
# What a page of its own needs so that its links work.
_LINKS = "sandbox allow-popups allow-popups-to-escape-sandbox"


def answer(html: str, *, links: bool = False) -> HttpResponse:
    """Return the HTML of a mail: no script and no form works in it, and no link without `links`."""
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY.replace("sandbox", _LINKS, 1) if links else POLICY
    response["Cache-Control"] = "no-store"
    return response
