"""Answer with a mail, so that it can do no harm to whoever looks at it."""

from __future__ import annotations

from django.http import HttpResponse

_PICTURES = "img-src 'self' https: data:; "
# Nothing of a mail runs, and nothing of it is fetched but pictures.
POLICY = (
    f"sandbox; default-src 'none'; {_PICTURES}style-src 'unsafe-inline'; "
    "font-src https: data:; frame-ancestors 'self'"
)
# What a page of its own needs so that its links work.
_LINKS = "sandbox allow-popups allow-popups-to-escape-sandbox"


def answer(html: str, *, links: bool = False, pictures: bool = True) -> HttpResponse:
    """Return the HTML of a mail: no script and no form works in it, and no link without `links`.

    Without `pictures` none is loaded, and their words stand in their places.
    """
    response = HttpResponse(html)
    policy = POLICY.replace("sandbox", _LINKS, 1) if links else POLICY
    response["Content-Security-Policy"] = policy if pictures else policy.replace(_PICTURES, "", 1)
    response["Cache-Control"] = "no-store"
    return response
